"""A cohort of real machines' keys, and a round of the secure sum among them with whoever falls silent."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from vsr_shared.secure_sum import server_round as server
from vsr_shared.secure_sum.client_round import Masked, OwnKeys, Ready, join_round, mask, uncover
from vsr_shared.secure_sum.enrolment import Identity, certify
from vsr_shared.secure_sum.exchanges import MaskedVector
from vsr_shared.secure_sum.field import Words
from vsr_shared.secure_sum.member_checks import Assignment, OwnLimits
from vsr_shared.secure_sum.prekeys import sign_prekey
from vsr_shared.secure_sum.quantise import Quantisation
from vsr_shared.secure_sum.round_terms import Member, RoundTerms
from vsr_shared.secure_sum.tolerance import Tolerance

FEDERATION = "f00"
GIVEN = Assignment(FEDERATION, 1, "a" * 64, "b" * 64, 50)
LIMITS = OwnLimits(colluding_share=0.0)


@dataclass(frozen=True)
class Machine:
    """One member's private keys."""

    identity: Ed25519PrivateKey
    prekey: X25519PrivateKey

    @property
    def public(self) -> bytes:
        return self.identity.public_key().public_bytes_raw()


@cache
def machine(number: int) -> Machine:
    return Machine(Ed25519PrivateKey.generate(), X25519PrivateKey.generate())


@lru_cache(maxsize=1)
def enrolment_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@cache
def member(number: int) -> Member:
    keys = machine(number)
    identity = Identity(keys.public, certify(enrolment_key(), keys.public))
    return Member(identity, sign_prekey(keys.identity, FEDERATION, 7, keys.prekey))


@dataclass(frozen=True)
class Cohort:
    """Machines with the terms of one round among them."""

    terms: RoundTerms

    @cached_property
    def given(self) -> Assignment:
        return replace(GIVEN, round=self.terms.round, size=self.terms.size)

    def own(self, number: int) -> OwnKeys:
        keys = machine(number)
        return OwnKeys(keys.public, {7: keys.prekey}, enrolment_key().public_key().public_bytes_raw())

    def join(self, number: int, terms: RoundTerms | None = None) -> Ready:
        return join_round(terms or self.terms, self.given, self.own(number), LIMITS, self.terms.round - 1)

    def mask(self, number: int, vector: Words) -> tuple[MaskedVector, Masked]:
        return mask(self.join(number), vector.copy(), os.urandom)


def cohort(people: int, dropouts: int, colluders: int, size: int = 50, round_number: int = 1) -> Cohort:
    """Return `people` enrolled machines whose round withstands `dropouts` and `colluders`."""
    members = tuple(member(number) for number in range(people))
    tolerance = Tolerance(people, dropouts, colluders)
    return Cohort(RoundTerms(FEDERATION, round_number, "a" * 64, "b" * 64, size, Quantisation(), tolerance, members))


def run_round(
    group: Cohort, vectors: Sequence[Words], silent_first: Collection[int] = (), silent_second: Collection[int] = ()
) -> Words:
    """Run a round in which these fall silent before the first and before the second message; return its sum."""
    collecting = server.open_round(group.terms)
    states: dict[int, Masked] = {}
    for number in range(len(group.terms.members)):
        if number not in silent_first:
            message, states[number] = group.mask(number, vectors[number])
            collecting = server.collect(collecting, number, message)
    unmasking, requests = server.close(collecting)
    for number, request in requests.items():
        if number not in silent_second:
            unmasking = server.take(unmasking, number, uncover(states[number], request)[0])
    return server.finish(unmasking)


def plain_sum(vectors: Sequence[Words]) -> Words:
    """The oracle: whole numbers of Python, added one by one."""
    columns = zip(*(vector.tolist() for vector in vectors), strict=True)
    return np.array([sum(column) % 2**32 for column in columns], np.uint32)
