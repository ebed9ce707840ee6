"""A day's mean with an interval that admits how few recordings it rests on.

The recording is the unit: its segments are parts of one breath of speech and no independent witnesses, so each
recording counts once, however long it is. All days of the period share one spread between recordings of a day, which
is estimated from all of them together with a weak prior, as one recording alone tells nothing of its own spread:

    s^2 = (v0 s0^2 + sum over days and recordings of (y - day's mean)^2) / (v0 + sum over days of (n - 1))
    mean +- t(v0 + sum of (n - 1)) s / sqrt(n)

which is the posterior under a scaled inverse chi-squared prior for the spread (Gelman et al., Bayesian Data Analysis,
3rd ed., sections 2.6 and 3.2). The prior: s0 = 1 / sqrt(12), the spread of a number of which nothing is known but that
it lies between 0 and 1, worth v0 = 4 recordings. A day with one recording therefore says next to nothing, as it should.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean
from typing import Final

LEVEL: Final = 0.95
"""How much of the belief an interval holds, wherever one is shown."""
_PRIOR_SPREAD: Final = 1 / sqrt(12)
_PRIOR_WORTH: Final = 4.0


@dataclass(frozen=True)
class Spread:
    """Standard deviation between recordings of one day, and the degrees of freedom that it rests on."""

    deviation: float
    freedom: float


@dataclass(frozen=True)
class Estimate:
    """A mean, 0 to 1, and the interval in which it may as well lie."""

    mean: float
    low: float
    high: float


def spread_within(days: Iterable[Sequence[float]]) -> Spread:
    """Return the spread that the days' values (one list a day, each 0 to 1) have in common."""
    squares, freedom = _PRIOR_WORTH * _PRIOR_SPREAD**2, _PRIOR_WORTH
    for values in days:
        if values:
            mean = fmean(values)
            squares += sum((value - mean) ** 2 for value in values)
            freedom += len(values) - 1
    return Spread(sqrt(squares / freedom), freedom)


def day_estimate(values: Sequence[float], spread: Spread) -> Estimate:
    """Return the mean of one day's `values` (at least one) with its interval, kept between 0 and 1."""
    mean = fmean(values)
    reach = student_t(spread.freedom) * spread.deviation / sqrt(len(values))
    return Estimate(mean, max(0.0, mean - reach), min(1.0, mean + reach))


def student_t(freedom: float, level: float = LEVEL) -> float:
    """Return the two-sided quantile of Student's t for `freedom` >= 3, right to 0.2 %.

    Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.5.
    """
    x = NormalDist().inv_cdf((1 + level) / 2)
    terms = (
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
    )
    return x + sum(term / freedom ** (power + 1) for power, term in enumerate(terms))
