"""Adam for many people at once.

Kingma & Ba, ICLR 2015, algorithm 1. Every array has a leading axis of people; who has no clips in a step does not
move in it, so that a person trains the same alone and among others.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vsr_shared.learning.adam_pass import compiled_pass
from vsr_shared.weights import Array, Weights

BETA_1 = 0.9
BETA_2 = 0.999
EPSILON = 1e-7
BLOCK = 32_768
"""Numbers worked on at a time: with its five companions a block fits a core's second-level cache."""
COMPILED_FROM = 2
"""People in a batch from whom on the compiled pass is asked for: for fewer, loading numba costs more than it saves."""


@dataclass
class Moments:
    """Discounted sums of gradients and of their squares, and each person's count of steps (u,).

    The sums are the paper's running means without their constant factors 1 - beta, which the step makes up for:
    every pass over 774,914 numbers that can be saved is worth saving.
    """

    first: dict[str, Array]
    second: dict[str, Array]
    steps: npt.NDArray[np.int64]


def fresh_moments(weights: Weights) -> Moments:
    """Return the moments before the first step, for `weights` with leading axis u."""
    people = len(next(iter(weights.values())))
    first, second = ({name: np.zeros_like(array) for name, array in weights.items()} for _ in range(2))
    return Moments(first, second, np.zeros(people, np.int64))


def adam_step(
    weights: dict[str, Array],
    gradient: dict[str, Array],
    moments: Moments,
    learning_rate: float,
    active: npt.NDArray[np.bool_],
) -> None:
    """Move `weights` one step in place, those of the people who are `active` (u,). Spends `gradient`."""
    moments.steps[active] += 1
    taken = np.maximum(moments.steps, 1)
    spread = np.sqrt((1 - BETA_2) / (1 - BETA_2**taken))
    step = learning_rate * (1 - BETA_1) / (1 - BETA_1**taken) / spread * active
    people = len(active)
    if people >= COMPILED_FROM and (one_pass := compiled_pass()):
        small, steps = (EPSILON / spread).astype(np.float32), step.astype(np.float32)
        for name, slope in gradient.items():
            arrays = (slope, weights[name], moments.first[name], moments.second[name])
            rows, moved, first, second = (array.reshape(people, -1) for array in arrays)
            one_pass(rows, moved, first, second, small, steps, active, np.float32(BETA_1), np.float32(BETA_2))
        return
    keep_1, keep_2 = (np.where(active, beta, 1).astype(np.float32)[:, None] for beta in (BETA_1, BETA_2))
    terms = _Terms(
        keep_1,
        keep_2,
        moving=None if active.all() else active.astype(np.float32)[:, None],
        epsilon=(EPSILON / spread).astype(np.float32)[:, None],
        step=step.astype(np.float32)[:, None],
    )
    # A block at a time, so that every pass but the first finds it in the processor's cache.
    width = max(1, BLOCK // people)
    for name, slope in gradient.items():
        arrays = (slope, weights[name], moments.first[name], moments.second[name])
        flat = [array.reshape(people, -1) for array in arrays]
        for start in range(0, flat[0].shape[1], width):
            _move([array[:, start : start + width] for array in flat], terms)


@dataclass(frozen=True)
class _Terms:
    """What a step needs of each person, (u, 1)."""

    keep_1: Array
    keep_2: Array
    moving: Array | None
    epsilon: Array
    step: Array


def _move(block: list[Array], terms: _Terms) -> None:
    slope, weight, first, second = block
    if terms.moving is not None:
        slope *= terms.moving
    first *= terms.keep_1
    first += slope
    np.multiply(slope, slope, out=slope)
    second *= terms.keep_2
    second += slope
    np.sqrt(second, out=slope)
    slope += terms.epsilon
    np.divide(first, slope, out=slope)
    slope *= terms.step
    weight -= slope
