"""Noise that no machine adds alone: each puts a share into its words, and any sum holds enough of them.

    Kairouz, Liu and Steinke, *The Distributed Discrete Gaussian Mechanism for Federated Learning with Secure
    Aggregation*, ICML 2021 (arXiv 2102.06387)

A sum is unmasked only over n - f - D honest people or more (`secure_sum.tolerance`): their shares alone make the whole
noise, whatever the others do. Update and metrics are two parts, each with noise of its own; what they give away adds
up as 1 / multiplier**2 (theorem 14 of Canonne et al. 2020), so that both together are one Gaussian mechanism of the
multiplier that was agreed.

    part       one person adds at most                      1 / multiplier**2 of the agreed
    update     clip_norm, and half a step a number          95 %, or all of it without metrics
    metrics    metric_range each, and half a step           5 %
    weight     1, whoever they are                          nothing: who took part is known

Half a step is the rounding to whole numbers, by the triangle inequality. Neighbours are two rounds with the same
people, of whom one adds zeros in place of their update and metrics in one of the two; they add noise in both.

A sum of discrete Gaussians is not one: theorem 1 of Kairouz et al. adds tau times the root of the numbers to a
person's share of the deviation, tau = 10 * sum over k < n of exp(-2 pi**2 s**2 k / (k + 1)). With a share of
`LEAST_SIGMA` words that is below 10**-60, whence it appears nowhere else.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from vsr_shared.errors import FederationError
from vsr_shared.privacy.clipping import TOLERANCE
from vsr_shared.privacy.discrete_gaussian import discrete_gaussian
from vsr_shared.privacy.noise_terms import NoiseTerms
from vsr_shared.secure_sum.field import RandomBytes, Words
from vsr_shared.secure_sum.quantise import Quantisation, Room, largest
from vsr_shared.secure_sum.tolerance import Tolerance

DEVIATIONS: Final = 9.0
"""How far noise may lie out before a sum wraps: a chance of 2e-13 a round for 774,914 numbers."""
LEAST_SIGMA: Final = 4
"""Smallest share in words."""
FOR_METRICS: Final = 0.05
_COARSEST: Final = 0.02
"""Largest part of a length that rounding may make: the noise grows with it."""


@dataclass(frozen=True)
class NoiseShare:
    """What one machine adds, in words, and how its numbers become words beforehand."""

    ranges: Quantisation
    room: Room
    update: int
    """Sigma of the share on each number of the update."""
    metrics: int
    """Sigma of the share on each metric; 0 where there is none."""


def noise_share(
    noise: NoiseTerms, clip_norm: float, ranges: Quantisation, tolerance: Tolerance, size: int, metrics: int
) -> NoiseShare:
    """Return the share of each machine for updates of `size` numbers with `metrics` figures.

    FederationError where so many numbers would be rounded too coarsely for noise this large.
    """
    # No number is larger than the whole: a wider range would only make steps coarser.
    narrow = Quantisation(min(ranges.update_range, clip_norm), 1, ranges.metric_range)
    # Every machine adds its share, also those beyond the fewest that must suffice.
    spread = math.sqrt(tolerance.cohort / tolerance.least_honest)
    update = noise.noise_multiplier / math.sqrt(1 - FOR_METRICS if metrics else 1)
    figure = noise.noise_multiplier * math.sqrt(metrics / FOR_METRICS)
    reach = clip_norm / narrow.update_range
    room = Room(DEVIATIONS * spread * update * reach, DEVIATIONS * spread * figure)

    def sigma(multiplier: float, most: float, numbers: int, part: float) -> int:
        step_end = largest(tolerance.cohort, part)
        length = most * step_end
        rounding = math.sqrt(numbers) / 2
        if rounding > _COARSEST * length:
            raise FederationError(
                f"noise of {noise.noise_multiplier:g} leaves too few steps for {numbers:,} numbers among "
                f"{tolerance.cohort} people; lower --noise-multiplier"
            )
        whole = multiplier * (length * (1 + 2 * TOLERANCE) + rounding)
        return max(LEAST_SIGMA, math.ceil(whole / math.sqrt(tolerance.least_honest)))

    return NoiseShare(
        narrow,
        room,
        update=sigma(update, reach, size, room.update),
        metrics=sigma(figure, 1.0, 1, room.metrics) if metrics else 0,
    )


def add_noise(words: Words, share: NoiseShare, size: int, random_bytes: RandomBytes) -> None:
    """Add this machine's share to `words` `[size of the update, weight, metrics...]`, in place, modulo 2**32."""
    for part, sigma in ((words[:size], share.update), (words[size + 1 :], share.metrics)):
        if part.size:
            part += discrete_gaussian(sigma, part.size, random_bytes).astype(np.uint32)
