"""Machines with real keys that run a secure sum among them, without a network between.

For small cohorts: a member costs a tenth of a second and more. Keys are the operating system's, so that two runs have
other masks and the same sum.
"""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from vsr_shared.secure_sum import server_round as server
from vsr_shared.secure_sum.client_round import OwnKeys, join_round, mask, uncover
from vsr_shared.secure_sum.enrolment import Identity, certify
from vsr_shared.secure_sum.field import Words
from vsr_shared.secure_sum.member_checks import Assignment, OwnLimits
from vsr_shared.secure_sum.prekeys import sign_prekey
from vsr_shared.secure_sum.round_terms import Member, RoundTerms


@dataclass(frozen=True)
class Seen:
    """What a server has at the end of a secure sum."""

    masked: dict[int, Words]
    """By member, what it sent."""
    total: Words
    """The sum over those who sent, its masks off."""


@dataclass(frozen=True)
class SumMachines:
    """Machines that one enrolment key let into one federation."""

    federation: str
    enrolment: Ed25519PrivateKey
    keys: tuple[tuple[Ed25519PrivateKey, X25519PrivateKey], ...]
    """Each one's identity and its one-time key."""

    @classmethod
    def fresh(cls, federation: str, people: int) -> "SumMachines":
        """Return `people` machines with new keys."""
        keys = tuple((Ed25519PrivateKey.generate(), X25519PrivateKey.generate()) for _ in range(people))
        return cls(federation, Ed25519PrivateKey.generate(), keys)

    def members(self) -> tuple[Member, ...]:
        """Return them as the terms of a round name them."""
        found = []
        for identity, prekey in self.keys:
            public = identity.public_key().public_bytes_raw()
            certified = Identity(public, certify(self.enrolment, public))
            found.append(Member(certified, sign_prekey(identity, self.federation, 0, prekey)))
        return tuple(found)

    def run(self, terms: RoundTerms, given: Assignment, vectors: Sequence[Words], silent: Collection[int] = ()) -> Seen:
        """Sum `vectors` (size,), one a member, those of the `silent` left out; masks are put on in place.

        Raises FederationError, with what a machine or the server objects to, as a deployment's would.
        """
        collecting, masked, sent = server.open_round(terms), {}, {}
        for number, vector in enumerate(vectors):
            if number not in silent:
                ready = join_round(terms, given, self._own(number), OwnLimits(), terms.round - 1)
                message, masked[number] = mask(ready, vector, os.urandom)
                collecting = server.collect(collecting, number, message)
                sent[number] = message.words
        unmasking, requests = server.close(collecting)
        for number, request in requests.items():
            unmasking = server.take(unmasking, number, uncover(masked[number], request)[0])
        return Seen(sent, server.finish(unmasking))

    def _own(self, number: int) -> OwnKeys:
        identity, prekey = self.keys[number]
        enrolment = self.enrolment.public_key().public_bytes_raw()
        return OwnKeys(identity.public_key().public_bytes_raw(), {0: prekey}, enrolment)
