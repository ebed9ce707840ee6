"""The mean that a server gets from many people with noise, from the updates of some of them.

Clipping, what each adds and what a sum then holds are the shipping code's. Only that nobody masks anything, and that
the noise of all people is drawn at once: a sum of their shares is a Gaussian but for 10**-60 (`distributed_noise`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vsr_shared.privacy.accounting import epsilon
from vsr_shared.privacy.clipping import clipped
from vsr_shared.privacy.distributed_noise import noise_share
from vsr_shared.privacy.noise_terms import MOST_MULTIPLIER, NoiseTerms
from vsr_shared.secure_sum.quantise import Quantisation, largest
from vsr_shared.secure_sum.tolerance import LARGEST_COHORT, tolerance_for
from vsr_shared.weights import Array, Layout
from vsr_simulations.engine.round_updates import RoundUpdates


@dataclass(frozen=True)
class Noise:
    """How much noise, for how many people."""

    multiplier: float
    """0 for none."""
    delta: float
    people: int
    """In a round, in as few secure sums as there can be."""


def multiplier_for(target: float, rounds: int, delta: float) -> float:
    """Return the noise multiplier with which `rounds` rounds come to an epsilon of `target` at `delta`."""
    low, high = 1e-2, MOST_MULTIPLIER
    while high / low > 1.0001:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if epsilon(middle, rounds, delta) > target else (low, middle)
    return high


def deviation_in_mean(noise: Noise, clip_norm: float, size: int) -> float:
    """Return the deviation of the noise on each number of the mean where everybody answers, all noise that there is."""
    if not noise.multiplier:
        return 0.0
    groups = -(-noise.people // LARGEST_COHORT)
    tolerance = tolerance_for(noise.people // groups)
    terms = NoiseTerms(noise.multiplier, noise.delta, math.floor(1 / noise.delta))
    share = noise_share(terms, clip_norm, Quantisation(), tolerance, size, 0)
    step = share.ranges.update_range / largest(tolerance.cohort, share.room.update)
    return share.update * step * math.sqrt(tolerance.cohort * groups) / (tolerance.cohort * groups)


def noisy_mean(noise: Noise, clip_norm: float, seed: int) -> Callable[[RoundUpdates], dict[str, Array]]:
    """Return what makes a round's mean: everybody clipped and weighing the same, and noise on each number."""

    def combine(updates: RoundUpdates) -> dict[str, Array]:
        layout = Layout.of(updates.common)
        people = len(updates.members)
        total = np.zeros(layout.size, np.float64)
        for row in range(people):
            total += clipped(layout.flatten({name: delta[row] for name, delta in updates.deltas.items()}), clip_norm)
        random = np.random.default_rng([seed, updates.round])
        spread = deviation_in_mean(noise, clip_norm, layout.size)
        return layout.unflatten((total / people + spread * random.standard_normal(layout.size)).astype(np.float32))

    return combine
