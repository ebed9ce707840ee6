"""How much of a person the rounds have given away in all, and when it is enough.

The budget is the person's, not a federation's: every round counts, whichever federation or base it was for, and
leaving and coming back begins nothing anew. The ledger is written before anything leaves: a machine that dies in
between has spent what it did not send, never the other way round.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from vsr_client.store.files import write_whole
from vsr_shared.errors import StoreError
from vsr_shared.federation.messages import RoundOffer
from vsr_shared.privacy.accounting import epsilon_of
from vsr_shared.privacy.noise_terms import NoiseTerms
from vsr_shared.privacy.refusals import BudgetSpent, NoNoise

LEDGER: Final = "privacy.json"
NO_DELTA: Final = 1.0


@dataclass(frozen=True)
class Line:
    """Rounds of one kind that an update was sent in."""

    federation: str
    base: str
    noise_multiplier: float
    """0 where no noise was added."""
    rounds: int


@dataclass(frozen=True)
class Spent:
    """What has been given away so far."""

    epsilon: float
    """Of all rounds with noise together; 0 where there was none."""
    delta: float
    """At which epsilon holds: the smallest that any round asked for; 1 where there was none."""
    rounds: int
    """Rounds with noise."""
    bare: int
    """Rounds without noise: nothing bounds what they gave away, and epsilon leaves them out."""
    lines: tuple[Line, ...] = ()


NOTHING: Final = Spent(0.0, NO_DELTA, 0, 0)


def spent(path: Path) -> Spent:
    """Return what the ledger at `path` says; StoreError where it cannot be read or is damaged."""
    try:
        if not path.exists():
            return NOTHING
        kept = json.loads(path.read_text())
        return Spent(**{**kept, "lines": tuple(Line(**line) for line in kept["lines"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreError(
            f"{path} cannot be read ({error}); without it more could be given away about you than you allow"
        ) from error


def left(path: Path, most: float | None) -> float | None:
    """Return how much epsilon of `most` is left, 0 at least; None where there is no limit."""
    return None if most is None else max(0.0, most - spent(path).epsilon)


class PrivacyBudget:
    """One person's budget, its ledger at `path`; `most` is the epsilon they allow in all, None for no limit."""

    def __init__(self, path: Path, most: float | None) -> None:
        """StoreError where the ledger cannot be read: then nothing is sent."""
        self._path = path
        self._most = most
        spent(path)

    def check(self, offer: RoundOffer) -> None:
        """Raise NoNoise or BudgetSpent where answering `offer` would go beyond what the person allows."""
        self._after(offer)

    def spend(self, offer: RoundOffer) -> None:
        """Write down that `offer` is answered, before it is; raise as `check` does, StoreError where it cannot be."""
        after = self._after(offer)
        write_whole(self._path, json.dumps(asdict(after)).encode())

    def _after(self, offer: RoundOffer) -> Spent:
        before = spent(self._path)
        if offer.noise is None:
            if self._most is not None:
                raise NoNoise(
                    f"round {offer.round} adds no noise, so that nothing bounds what it gives away; you set a privacy "
                    f"budget of {self._most:g}",
                    told="the person behind this machine takes part in rounds with noise alone",
                )
            return replace(before, bare=before.bare + 1, lines=_with(before.lines, offer, 0.0))
        after = _noisier(before, offer, offer.noise)
        if self._most is not None and after.epsilon > self._most:
            raise BudgetSpent(
                f"round {offer.round} would bring what your updates give away to an epsilon of {after.epsilon:.2f} at "
                f"delta {after.delta:g}; your privacy budget is {self._most:g}, of which {before.epsilon:.2f} "
                "are spent",
                # What a person has spent, also elsewhere, would tie their machines in two federations together.
                told="this round would go beyond what the person behind this machine allows to be given away in all",
            )
        return after


def _noisier(before: Spent, offer: RoundOffer, noise: NoiseTerms) -> Spent:
    lines = _with(before.lines, offer, noise.noise_multiplier)
    delta = min(before.delta, noise.delta)
    return Spent(epsilon_of(_counts(lines), delta), delta, before.rounds + 1, before.bare, lines)


def _counts(lines: tuple[Line, ...]) -> Mapping[float, int]:
    counts: dict[float, int] = {}
    for line in lines:
        if line.noise_multiplier:
            counts[line.noise_multiplier] = counts.get(line.noise_multiplier, 0) + line.rounds
    return counts


def _with(lines: tuple[Line, ...], offer: RoundOffer, noise_multiplier: float) -> tuple[Line, ...]:
    """Return `lines` with one round more."""
    kind = (offer.federation, offer.base, noise_multiplier)
    others = tuple(line for line in lines if (line.federation, line.base, line.noise_multiplier) != kind)
    same = sum(line.rounds for line in lines) - sum(line.rounds for line in others)
    return (*others, Line(*kind, same + 1))
