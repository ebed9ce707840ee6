"""A member's side of a secure sum: check, mask, uncover.

    join_round   terms                 -> Ready       or a refusal; nothing has left the machine
    mask         Ready, vector         -> MaskedVector, Masked
    uncover      Masked, request       -> Uncovered, Done       or a refusal

Between `join_round` and sending, the caller writes down on disk that the round is answered and erases the one-time
key: a machine that restarts must not mask twice. `Masked` lives in memory; who loses it has fallen silent, which
the others can bear.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from vsr_shared.errors import FederationError
from vsr_shared.secure_sum.agreement import PairKeys, agree, seal, unseal
from vsr_shared.secure_sum.enrolment import Identity
from vsr_shared.secure_sum.exchanges import MaskedVector, Uncovered, UnmaskRequest
from vsr_shared.secure_sum.field import PRIME, RandomBytes, Words
from vsr_shared.secure_sum.mask_stream import Sign, add_masks
from vsr_shared.secure_sum.member_checks import Assignment, OwnLimits, check_members, check_request, check_terms
from vsr_shared.secure_sum.refusals import BothShares, NotInCohort, RepeatedRound, SpentKey
from vsr_shared.secure_sum.round_terms import RoundTerms
from vsr_shared.secure_sum.seeds import draw_seed, seed_check
from vsr_shared.secure_sum.shamir import PARTS, share


@dataclass(frozen=True)
class OwnKeys:
    """What this machine is known by, and what it knows others by."""

    identity: bytes
    """Its own public identity key, 32 bytes."""
    prekeys: Mapping[int, X25519PrivateKey]
    """Its one-time keys that are not spent, by number."""
    enrolment: bytes
    """The federation's public enrolment key, pinned when joining, 32 bytes."""
    known: frozenset[Identity] = frozenset()
    """Members of earlier rounds, whose certificates need no second look."""


@dataclass(frozen=True)
class Ready:
    """A round that this machine will take part in."""

    terms: RoundTerms
    number: int
    """Its own number in the cohort."""
    pairs: Mapping[int, PairKeys]
    """What it shares with each other member."""


@dataclass(frozen=True)
class Masked:
    """What is kept from sending the vector until the masks are uncovered."""

    terms: RoundTerms
    number: int
    keys: Mapping[int, bytes]
    """Opens what each other member sealed."""
    kept: Words
    """Its share of its own seeds, `(1 + neighbours, 4)`."""


@dataclass(frozen=True)
class Done:
    """A round that this machine has uncovered its shares in: who stood in it, and what it said."""

    terms: RoundTerms
    included: frozenset[int]
    said: Uncovered


def join_round(terms: RoundTerms, given: Assignment, own: OwnKeys, limits: OwnLimits, last_answered: int) -> Ready:
    """Return the round, checked; raise the refusal that applies where this machine will not take part.

    `last_answered` is the last round of this federation that this machine answered, 0 where there is none.
    """
    if terms.round <= last_answered:
        raise RepeatedRound(f"round {terms.round} is not newer than round {last_answered}, already answered")
    check_terms(terms, given, limits)
    check_members(terms, own.enrolment, own.known)
    number, private = _own_place(terms, own)
    pairs = {
        other: agree(private, number, member.prekey.key, other, terms.context)
        for other, member in enumerate(terms.members)
        if other != number
    }
    return Ready(terms, number, pairs)


def mask(ready: Ready, vector: Words, random_bytes: RandomBytes) -> tuple[MaskedVector, Masked]:
    """Put `vector` `(size,)` under its masks, in place, and return what to send and what to keep.

    In place, so that the bare vector does not outlive it. Call it once a round.
    """
    terms, own = ready.terms, ready.number
    if vector.shape != (terms.size,):
        raise FederationError(f"the update has {vector.shape} numbers, agreed were {terms.size}")
    near = terms.graph[own]
    seeds = [draw_seed(random_bytes), *(ready.pairs[other].mask for other in near)]
    signs: list[Sign] = [1, *(1 if own < other else -1 for other in near)]
    add_masks(vector, list(zip(seeds, signs, strict=True)))
    shares = share(np.stack(seeds), terms.tolerance.threshold, len(terms.members), random_bytes)
    sealed = tuple(
        b"" if other == own else seal(ready.pairs[other].to_them, shares[other].astype("<u4").tobytes(), random_bytes)
        for other in range(len(terms.members))
    )
    checks = tuple(seed_check(terms.context, seed) for seed in seeds)
    keys = {other: pair.from_them for other, pair in ready.pairs.items()}
    return MaskedVector(vector, sealed, checks), Masked(terms, own, keys, shares[own])


def uncover(state: Masked | Done, request: UnmaskRequest) -> tuple[Uncovered, Done]:
    """Return the shares that `request` may have; the same again for the same people, a refusal for others."""
    if isinstance(state, Done):
        if request.included != state.included:
            raise BothShares(
                f"round {state.terms.round} was uncovered for other people before; a second answer could bare somebody"
            )
        return state.said, state
    check_request(state.terms, state.number, request)
    shares: dict[int, Words] = {}
    for owner in sorted(request.included):
        held = _held(state, owner, request.sealed)
        if held is not None:
            silent = [row for row, other in enumerate(state.terms.graph[owner], 1) if other not in request.included]
            shares[owner] = held[[0, *silent]]
    said = Uncovered(shares)
    return said, Done(state.terms, request.included, said)


def _own_place(terms: RoundTerms, own: OwnKeys) -> tuple[int, X25519PrivateKey]:
    for number, member in enumerate(terms.members):
        if member.identity.key == own.identity:
            private = own.prekeys.get(member.prekey.number)
            if private is None:
                raise SpentKey(f"one-time key {member.prekey.number} was used before or is not of this machine")
            if private.public_key().public_bytes_raw() != member.prekey.key:
                raise NotInCohort("this machine stands in the cohort with a key that is not its own")
            return number, private
    raise NotInCohort("this machine does not stand in the cohort that it was sent")


def _held(state: Masked, owner: int, sealed: Mapping[int, bytes]) -> Words | None:
    """Shares that this machine keeps for `owner`; None where they cannot be opened, which is theirs to answer for."""
    if owner == state.number:
        return state.kept
    content = unseal(state.keys[owner], sealed.get(owner, b""))
    rows = 1 + len(state.terms.graph[owner])
    if content is None or len(content) != 4 * PARTS * rows:
        return None
    held = np.frombuffer(content, "<u4").astype(np.uint32).reshape(rows, PARTS)
    return held if (held < PRIME).all() else None
