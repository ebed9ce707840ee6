"""Adam for many people at once.

Kingma & Ba, ICLR 2015, algorithm 1. Every array has a leading axis of people; who has no clips in a step does not
move in it, so that a person trains the same alone and among others.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vsr_shared.weights import Array, Weights

BETA_1 = 0.9
BETA_2 = 0.999
EPSILON = 1e-7


@dataclass
class Moments:
    """Running means of gradients and of their squares, and each person's count of steps (u,)."""

    first: dict[str, Array]
    second: dict[str, Array]
    steps: npt.NDArray[np.int64]


def fresh_moments(weights: Weights) -> Moments:
    """Return the moments before the first step, for `weights` with leading axis u."""
    people = len(next(iter(weights.values())))
    zeros = {name: np.zeros_like(array) for name, array in weights.items()}
    return Moments(zeros, {name: np.zeros_like(array) for name, array in weights.items()}, np.zeros(people, np.int64))


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
    rate = learning_rate * np.sqrt(1 - BETA_2**taken) / (1 - BETA_1**taken)
    everybody = bool(active.all())
    for name, slope in gradient.items():
        first, second = moments.first[name], moments.second[name]
        spread = (-1, *[1] * (slope.ndim - 1))
        keep_1: Array | float = BETA_1
        keep_2: Array | float = BETA_2
        step = rate.reshape(spread).astype(np.float32)
        if not everybody:
            moving = active.reshape(spread).astype(np.float32)
            keep_1, keep_2 = 1 - moving * (1 - BETA_1), 1 - moving * (1 - BETA_2)
            slope *= moving
            step = step * moving
        first *= keep_1
        first += (1 - BETA_1) * slope
        np.square(slope, out=slope)
        second *= keep_2
        slope *= 1 - BETA_2
        second += slope
        np.sqrt(second, out=slope)
        slope += EPSILON
        np.divide(first, slope, out=slope)
        slope *= step
        weights[name] -= slope
