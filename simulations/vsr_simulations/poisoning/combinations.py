"""Ways to combine the means of several sums, beside each other: how far poisoned sums pull each from the honest mean.

One round of honest training, once; then many lots of who lies and who is drawn into which sum. Liars are all of one
mind: they pull against the honest mean, as far as the bound of their sum lets through.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_server.coordination.robust import COMBINATIONS
from vsr_shared.learning.local_training import LocalTraining, train
from vsr_shared.weights import Array
from vsr_simulations.engine.lessons import stacked_lessons
from vsr_simulations.poisoning.cast import Cast
from vsr_simulations.poisoning.defence import drawn_parts, flat

LOTS: Final = 20
_JUST_BELOW: Final = 0.95


@dataclass(frozen=True)
class Pull:
    """What a share of liars does to one combination, over lots."""

    share: float
    combination: str
    away: float
    """Mean distance from the honest mean, over that mean's length: 0 is none of it, 1 as far as taking no step."""
    against: float
    """Share of the lots in which the step goes against the honest mean."""


def honest_updates(cast: Cast, local: LocalTraining) -> npt.NDArray[np.float32]:
    """Return the machines' updates of one round from the base, (u, n)."""
    start = {name: array[None] for name, array in cast.base.trainable.items()}
    rows = []
    for number in range(len(cast.machines)):
        lessons = stacked_lessons([cast.machines[number].teach], cast.base.frozen)
        trained = train(start, cast.base.frozen, lessons, local, [number])
        rows.append(flat({name: trained[name] - start[name] for name in start})[0])
    return np.stack(rows)


def compare(updates: npt.NDArray[np.float32], shares: Sequence[float], groups: int, clip_norm: float) -> list[Pull]:
    """Return what shares of liars among machines with these honest `updates` (u, n) do to each combination."""
    honest = updates.mean(axis=0)
    length = float(np.linalg.norm(honest))
    found: list[Pull] = []
    for share in shares:
        outcomes: dict[str, list[tuple[float, bool]]] = {name: [] for name in COMBINATIONS}
        for lot in range(LOTS):
            random = np.random.default_rng([lot, round(1_000 * share)])
            liars = set(random.permutation(len(updates))[: round(share * len(updates))].tolist())
            parts = drawn_parts(len(updates), groups, random)
            sums = np.stack([_sum(updates, part, liars, honest / length, clip_norm) for part in parts])
            for name, combination in COMBINATIONS.items():
                step = combination(sums)
                outcomes[name].append((float(np.linalg.norm(step - honest)) / length, float(step @ honest) < 0))
        found += [
            Pull(share, name, float(np.mean([away for away, _ in seen])), float(np.mean([bad for _, bad in seen])))
            for name, seen in outcomes.items()
        ]
    return found


def _sum(
    updates: npt.NDArray[np.float32], part: Sequence[int], liars: set[int], forward: Array, clip_norm: float
) -> Array:
    """The mean of one sum: of the honest alone, or as far backwards as is let through where anybody in it lies."""
    if liars & set(part):
        return np.asarray(-_JUST_BELOW * clip_norm * forward, np.float32)
    mean: Array = updates[list(part)].mean(axis=0)
    return mean
