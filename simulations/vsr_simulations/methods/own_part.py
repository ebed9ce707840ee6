"""Models of which a part is common and a part each person's own."""

from collections.abc import Collection

import numpy as np

from vsr_shared.weights import Array, Weights
from vsr_simulations.engine.method import Judged, LocalRound, Stack


def part_of(weights: Weights, names: Collection[str]) -> dict[str, Array]:
    """Return those of `weights` that are named."""
    return {name: array for name, array in weights.items() if name in names}


def with_own(given: LocalRound) -> Stack:
    """Return everybody's model (u, ...): the common arrays, and their own in place of those that they have."""
    people = len(given.lessons.labels)
    common = {name: np.broadcast_to(array, (people, *array.shape)) for name, array in given.common.items()}
    return {**common, **given.own}


def common_and_own(given: Judged) -> Weights:
    """Return one person's model: the common arrays, and their own in place of those that they have."""
    return {**given.common, **given.own}
