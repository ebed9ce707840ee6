"""Means of several secure sums into one, so that a few poisoned sums do not decide.

What a server can check of a sum is the sum. Every honest machine shortens its update to `clip_norm` (Sun et al., Can
You Really Backdoor Federated Learning?, 2019, section 4.2, "norm thresholding"), so that the mean of a group, weighted
by whatever clips, is no longer either: a longer one holds a machine that did not, and is left out. Numbers, clips and
metrics outside the ranges that each machine keeps to likewise.

Of three sums on, the geometric median takes the mean's place (Pillutla et al., Robust Aggregation for Federated
Learning, IEEE Trans. Signal Processing 2022, section III, algorithm 2: the smoothed Weiszfeld algorithm, over sums
of groups because single updates stay masked). It withstands bad sums below a half. Every sum counts the same: how
many clips a machine claims cannot be checked. Coordinate-wise median and trimmed mean (Yin et al., ICML 2018,
definitions 1 and 2) are here for the comparison that docs/poisoning.md shows.

Pure functions over values.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_shared.federation.chain import Mean
from vsr_shared.federation.secure_update import mean_of_means
from vsr_shared.privacy.noise_terms import NoiseTerms
from vsr_shared.secure_sum.quantise import Quantisation
from vsr_shared.weights import Array, Layout

Vectors = npt.NDArray[np.float32]
Combination = Callable[[Vectors], Array]
"""The sums' means (g, n) to one (n,)."""

FEWEST_GROUPS: Final = 3
"""Below, a median is no other than a mean."""
_SLACK: Final = 1.001
"""Rounding to whole numbers and to float32 makes a shortened update a little longer than the bound."""
_STEPS: Final = 100
_CLOSE: Final = 1e-6


@dataclass(frozen=True)
class Bounds:
    """What the mean of honest machines keeps to."""

    clip_norm: float
    """Longest update, in L2."""
    ranges: Quantisation
    """Of single numbers, clips and metrics."""
    noise_norm: float = 0.0
    """Longest noise of differential privacy that is to be expected in the mean; 0 without."""


def left_out(mean: Mean, machines: int, bounds: Bounds) -> str:
    """Return why the sum over `machines` with this `mean` is left out; nothing where it is sound."""
    length, longest = _norm(mean), bounds.clip_norm * _SLACK + bounds.noise_norm
    if not length <= longest:
        return f"its mean update has the length {length:.3g}, honest machines reach {longest:.3g} at most"
    if bounds.noise_norm:
        # Noise is meant to lie outside every one of the ranges now and then.
        return ""
    reach = max(float(np.abs(array).max(initial=0.0)) for array in mean.delta.values())
    if reach > bounds.ranges.update_range * _SLACK:
        return f"a number of its mean update is {reach:.3g}, beyond the range of {bounds.ranges.update_range:g}"
    if not 0 < mean.clips <= machines * bounds.ranges.most_clips * _SLACK:
        return f"its {machines} machines claim {mean.clips:.0f} clips together"
    end = bounds.ranges.metric_range * _SLACK
    # A mean negative log-likelihood is never below 0; a machine that names one lowers everybody's.
    wrong = [name for name, value in mean.metrics.items() if not (-0.001 if "nll" in name else -end) <= value <= end]
    return f"its {', '.join(wrong)} cannot be" if wrong else ""


def expected_noise(noise: NoiseTerms | None, clip_norm: float, size: int, people: int) -> float:
    """Return the longest noise to be expected in the mean over a sum of `people` with `size` numbers; 0 without noise.

    Any two honest machines may have to make the promised noise alone (`privacy.distributed_noise`): `people` make up to
    the root of half of them as much. With noise all weigh the same.
    """
    if noise is None:
        return 0.0
    return 1.1 * noise.noise_multiplier * clip_norm * math.sqrt(people / 2) / people * math.sqrt(size)


def combine(means: Sequence[Mean]) -> Mean:
    """Return one mean of several sound sums' `means`, at least one: the geometric median from three on, else the mean.

    Clips add up; a metric is the median of the sums'.
    """
    return across(means, geometric_median) if len(means) >= FEWEST_GROUPS else mean_of_means(means)


def across(means: Sequence[Mean], combination: Combination) -> Mean:
    """Return one mean of several sums' by `combination`; a metric is the median of the sums'."""
    layout = Layout.of(means[0].delta)
    delta = combination(np.stack([layout.flatten(mean.delta) for mean in means]))
    metrics = {name: float(np.median([mean.metrics[name] for mean in means])) for name in means[0].metrics}
    return Mean(layout.unflatten(delta), sum(mean.clips for mean in means), metrics)


def mean(vectors: Vectors) -> Array:
    """Return the mean of `vectors` (g, n)."""
    return np.asarray(vectors.mean(axis=0), np.float32)


def coordinate_median(vectors: Vectors) -> Array:
    """Return the median of each coordinate over `vectors` (g, n)."""
    return np.asarray(np.median(vectors, axis=0), np.float32)


def trimmed_mean(vectors: Vectors, share: float = 0.25) -> Array:
    """Return each coordinate's mean over `vectors` (g, n) without the `share` lowest and as many highest.

    At least one each way from three vectors on, and one or two are left at least.
    """
    count = min(max(1, int(len(vectors) * share)), (len(vectors) - 1) // 2)
    kept = np.sort(vectors, axis=0)[count : len(vectors) - count]
    return np.asarray(kept.mean(axis=0), np.float32)


def geometric_median(vectors: Vectors) -> Array:
    """Return the point with the least sum of distances to `vectors` (g, n).

    Every step's point is a mix of the vectors, so that their inner products (g, g) are all that the steps need.
    """
    count = len(vectors)
    inner = (vectors @ vectors.T).astype(np.float64)
    squares = np.diag(inner)
    floor = max(_CLOSE * float(np.sqrt(squares.max())), 1e-30)
    shares = np.full(count, 1 / count)
    for _ in range(_STEPS):
        distances = np.sqrt(np.maximum(squares - 2 * inner @ shares + shares @ inner @ shares, 0))
        nearer = 1 / np.maximum(distances, floor)
        before, shares = shares, nearer / nearer.sum()
        if np.abs(shares - before).max() < _CLOSE:
            break
    return np.asarray(shares @ vectors, np.float32)


COMBINATIONS: Final[Mapping[str, Combination]] = {
    "mean": mean,
    "coordinate-wise median": coordinate_median,
    "trimmed mean": trimmed_mean,
    "geometric median": geometric_median,
}


def _norm(mean: Mean) -> float:
    return float(np.sqrt(sum(float(np.vdot(array, array)) for array in mean.delta.values())))
