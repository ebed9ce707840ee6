"""The server's side of a secure sum: add up, ask, take the masks off.

open_round    terms                    -> Collecting
collect       Collecting, vector       -> Collecting         for each member that answers
close         Collecting               -> Unmasking, and a request for each of them
take          Unmasking, shares        -> Unmasking          for each member that answers
is_enough     Unmasking                -> bool               whether to wait for more
finish        Unmasking                -> the sum of the included members' vectors
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from vsr_shared.errors import FederationError
from vsr_shared.secure_sum.agreement import SEAL_BYTES
from vsr_shared.secure_sum.exchanges import MaskedVector, Uncovered, UnmaskRequest
from vsr_shared.secure_sum.field import PRIME, Words
from vsr_shared.secure_sum.mask_stream import Sign, add_masks
from vsr_shared.secure_sum.recovery import recover_seeds
from vsr_shared.secure_sum.round_terms import RoundTerms
from vsr_shared.secure_sum.seeds import CHECK_BYTES, Seed
from vsr_shared.secure_sum.shamir import PARTS


class NoSum(FederationError):
    """Too few people are left to unmask this round; the next begins anew."""


@dataclass(frozen=True)
class Collecting:
    """The first exchange, as far as it has come."""

    terms: RoundTerms
    total: Words
    """Sum of the vectors so far, under their masks."""
    received: Mapping[int, MaskedVector] = field(default_factory=dict)
    """What each member sent, without its words."""


@dataclass(frozen=True)
class Unmasking:
    """The second exchange, as far as it has come."""

    terms: RoundTerms
    total: Words
    included: frozenset[int]
    checks: Mapping[int, Sequence[bytes]]
    answers: Mapping[int, Uncovered] = field(default_factory=dict)


def open_round(terms: RoundTerms) -> Collecting:
    """Return the round before anybody has answered."""
    return Collecting(terms, np.zeros(terms.size, np.uint32))


def collect(state: Collecting, number: int, message: MaskedVector) -> Collecting:
    """Return the round with the vector of member `number` in it; FederationError where it is not one."""
    terms = state.terms
    if not 0 <= number < len(terms.members) or number in state.received:
        raise FederationError(f"member {number} is not in the cohort or has answered already")
    rows = 1 + len(terms.graph[number])
    lengths = [0 if other == number else 4 * PARTS * rows + SEAL_BYTES for other in range(len(terms.members))]
    if message.words.shape != (terms.size,) or message.words.dtype != np.uint32:
        raise FederationError(f"the vector of member {number} is not {terms.size} words of 32 bits")
    found = [len(sealed) for sealed in message.sealed], [len(check) for check in message.checks]
    if found != (lengths, [CHECK_BYTES] * rows):
        raise FederationError(f"the shares of member {number} do not fit the round")
    light = replace(message, words=np.empty(0, np.uint32))
    return replace(state, total=state.total + message.words, received={**state.received, number: light})


def close(state: Collecting) -> tuple[Unmasking, dict[int, UnmaskRequest]]:
    """End the first exchange: return the second and what to ask each member that answered.

    Raises NoSum where fewer answered than the threshold.
    """
    included = frozenset(state.received)
    _enough(len(included), state.terms, "sent a vector")
    requests = {
        number: UnmaskRequest(included, {owner: sent.sealed[number] for owner, sent in state.received.items()})
        for number in included
    }
    checks = {number: sent.checks for number, sent in state.received.items()}
    return Unmasking(state.terms, state.total, included, checks), requests


def take(state: Unmasking, number: int, answer: Uncovered) -> Unmasking:
    """Return the round with the shares of member `number` in it; FederationError where they do not fit."""
    if number not in state.included or number in state.answers:
        raise FederationError(f"member {number} was not asked for shares or has given them already")
    for owner, shares in answer.shares.items():
        fits = owner in state.included and shares.shape == (1 + len(_silent(state, owner)), PARTS)
        if not fits or shares.dtype != np.uint32 or (shares >= PRIME).any():
            raise FederationError(f"the shares that member {number} gives for member {owner} do not fit the round")
    return replace(state, answers={**state.answers, number: answer})


def is_enough(state: Unmasking) -> bool:
    """Say whether the shares so far uncover every mask: whoever has not answered need not be waited for."""
    try:
        _masks(state)
    except NoSum:
        return False
    return True


def finish(state: Unmasking) -> Words:
    """Return the sum of the included members' vectors, modulo 2**32.

    Raises NoSum where fewer uncovered their shares than the threshold, or where shares are false.
    """
    masks = _masks(state)
    total = state.total.copy()
    add_masks(total, masks)
    return total


def _masks(state: Unmasking) -> list[tuple[Seed, Sign]]:
    _enough(len(state.answers), state.terms, "uncovered their shares")
    masks: list[tuple[Seed, Sign]] = []
    for owner in sorted(state.included):
        silent = _silent(state, owner)
        checks = [state.checks[owner][row] for row, _ in ((0, owner), *silent)]
        held = {number: answer.shares[owner] for number, answer in state.answers.items() if owner in answer.shares}
        seeds = recover_seeds(held, checks, state.terms.tolerance.threshold, state.terms.context)
        if seeds is None:
            raise NoSum(f"the masks of member {owner} cannot be recovered from the shares that came; leave it out")
        masks.append((seeds[0], -1))
        masks += [(seed, -1 if owner < other else 1) for seed, (_, other) in zip(seeds[1:], silent, strict=True)]
    return masks


def _silent(state: Unmasking, owner: int) -> list[tuple[int, int]]:
    """Row among the owner's seeds and number of each neighbour of `owner` who is not in the sum."""
    rows = enumerate(state.terms.graph[owner], 1)
    return [(row, other) for row, other in rows if other not in state.included]


def _enough(found: int, terms: RoundTerms, what: str) -> None:
    if found < terms.tolerance.threshold:
        raise NoSum(
            f"{found} of {len(terms.members)} people {what}, {terms.tolerance.threshold} are needed; "
            "this round has no sum, the next begins anew"
        )
