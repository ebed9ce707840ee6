"""How sure a mean over people is, what one way gains on another for the same people, and who is served worst.

Each person has several trials (seeds, halves of the sentences). Intervals are of a bootstrap with both levels: people
are drawn anew, and for each of them their trials (Davison & Hinkley, Bootstrap Methods, 1997, section 3.8).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

RESAMPLED: Final = 2000
LOWER: Final = 1e-9
"""By how much a mean must be below another one to count as worse: the noise of floating point."""

Trials = Mapping[str, Mapping[Any, float] | Sequence[float]]
"""By person, then by trial (its seed and half, or its place): a figure."""


@dataclass(frozen=True)
class Gain:
    """What a way gains on another, paired by person and trial."""

    mean: float
    low: float
    high: float
    """95 % interval over people and trials."""
    worse_off: float
    """Share of people whose mean over trials is lower than by the other way."""


def interval(by_user: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return the 95 % interval of the mean over people, each one's trials and then the people drawn anew."""
    random = np.random.default_rng(0)
    most = max(len(values) for values in by_user)
    # Who has fewer trials than others has theirs repeated: the mean over them is what counts.
    values = np.stack([np.resize(np.asarray(one, np.float64), most) for one in by_user])
    people = random.integers(len(values), size=(RESAMPLED, len(values), 1))
    trials = random.integers(most, size=(RESAMPLED, len(values), most))
    means = np.mean(np.mean(values[people, trials], axis=2), axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def gain(way: Trials, other: Trials) -> Gain | None:
    """Return what `way` gains on `other`, by the trials that a person has in both; None where nobody has any."""
    paired = [
        [value - theirs[trial] for trial, value in ours.items() if trial in theirs]
        for ours, theirs in ((_named(way[user]), _named(other[user])) for user in way if user in other)
    ]
    differences = [values for values in paired if values]
    if not differences:
        return None
    means = np.array([np.mean(values) for values in differences])
    low, high = interval(differences)
    return Gain(float(means.mean()), low, high, float(np.mean(means < -LOWER)))


def _named(trials: Mapping[Any, float] | Sequence[float]) -> Mapping[Any, float]:
    return trials if isinstance(trials, Mapping) else dict(enumerate(trials))


def worst_tenth(values: Sequence[float] | npt.NDArray[np.floating]) -> float:
    """Return the mean of the lowest tenth of `values`, one at least."""
    ordered = np.sort(np.asarray(values, np.float64))
    return float(ordered[: max(1, len(ordered) // 10)].mean())
