"""Whether a person's recordings sound different to VSR at the end of a period than at its beginning.

Only what VSR heard goes into it. A label does not stand in for it: people label most where VSR was wrong, and ones
and zeros among probabilities would turn the days on which somebody corrected much into extreme ones. What the person
said is shown beside it, counted, never mixed in.

The day is the unit: recordings of one day share its mood, its room and its cold, and segments share their recording.
A straight line goes through the days' means; its interval takes into account that days resemble the days before
(Santer et al. 2000, J. Geophys. Res. 105(D6), 7337-7356, section 2): with r the lag-1 autocorrelation of what is left
over, n days are worth n (1 - r) / (1 + r), both in the spread and in the degrees of freedom of Student's t.
Simulated without any change, 7 to 60 days with up to 4 recordings each, it claims one in 4 to 7 % of periods where
days resemble each other little, and in about 10 % where they do much (r = 0.6); without that correction, in 17 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import fmean
from typing import Final, Literal

from vsr_client.look_back.days import Day
from vsr_client.look_back.estimate import student_t

FEWEST_DAYS: Final = 7
FEWEST_RECORDINGS: Final = 10
_FEWEST_FREEDOM: Final = 3.0
_SMALLEST: Final = 0.01
"""Less is never called a change, however sure: nobody could hear it."""

Kind = Literal["nothing", "few", "chance", "change"]
"""No recordings heard; too few to say; nothing that chance would not do as well; a change."""


@dataclass(frozen=True)
class Trend:
    """How much the days' mean (0 to 1) changes from the first to the last day, and what may be said of it.

    `change`, `low` and `high` are None where there is too little to compute them. `start` and `end` are the line's
    height on the first and on the last day.
    """

    kind: Kind
    days: int
    recordings: int
    change: float | None = None
    low: float | None = None
    high: float | None = None
    start: float | None = None
    end: float | None = None
    heads: int = 0
    """How many different tails and heads judged: where there are several, VSR's hearing changed too."""


def trend_of(days: Sequence[Day]) -> Trend:
    """Return the trend over `days` (the earliest first)."""
    heard = [day for day in days if day.heard]
    count = sum(len(day.heard) for day in heard)
    heads = len({(said.base, said.head) for day in heard for one in day.recordings if (said := one.said)})
    if len(heard) < FEWEST_DAYS or count < FEWEST_RECORDINGS:
        return Trend("few" if heard else "nothing", len(heard), count, heads=heads)
    times = [float(day.day.toordinal()) for day in heard]
    means = [fmean(day.heard) for day in heard]
    line = _line(times, means)
    length = times[-1] - times[0]
    change, reach = line.slope * length, line.reach * length
    low, high = max(-1.0, change - reach), min(1.0, change + reach)
    kind: Kind = "chance" if low <= 0 <= high or abs(change) < _SMALLEST else "change"
    start, end = line.middle - change * _share(times), line.middle + change * (1 - _share(times))
    return Trend(kind, len(heard), count, change, low, high, start, end, heads)


@dataclass(frozen=True)
class _Line:
    slope: float
    reach: float
    middle: float


def _line(times: Sequence[float], values: Sequence[float]) -> _Line:
    """Return the line of least squares through `values`, its slope's interval reaching `reach` to both sides."""
    centre, middle = fmean(times), fmean(values)
    apart = [time - centre for time in times]
    squares = sum(one * one for one in apart)
    slope = sum(one * (value - middle) for one, value in zip(apart, values, strict=True)) / squares
    left = [value - middle - slope * one for one, value in zip(apart, values, strict=True)]
    residual = sum(one * one for one in left)
    likeness = sum(a * b for a, b in pairwise(left)) / residual if residual else 0.0
    likeness = min(max(likeness, 0.0), 0.99)
    freedom = len(values) * (1 - likeness) / (1 + likeness) - 2
    if freedom < _FEWEST_FREEDOM:
        return _Line(slope, float("inf"), middle)
    return _Line(slope, student_t(freedom) * sqrt(residual / freedom / squares), middle)


def _share(times: Sequence[float]) -> float:
    """Where the mean of `times` lies between the first and the last, 0 to 1."""
    return (fmean(times) - times[0]) / (times[-1] - times[0])


@dataclass(frozen=True)
class Voice:
    """Whom a sentence is about: the person who reads it, or the one who hands it on."""

    my: str
    mine: str
    me: str


YOURS: Final = Voice("your", "yours", "you")
MINE: Final = Voice("my", "mine", "I")


def sentence_of(trend: Trend, whose: Voice = YOURS) -> str:
    """Return what may be said of `trend`, for people: kind, and plain about chance."""
    if trend.kind == "nothing":
        return f"VSR has heard nothing of {whose.mine} in this period yet."
    if trend.change is None or trend.low is None or trend.high is None:
        return (
            f"Too little to speak of a change: {_count(trend.recordings, 'recording')} on {_count(trend.days, 'day')}. "
            f"VSR compares from {FEWEST_DAYS} different days and {FEWEST_RECORDINGS} recordings on; fewer say nothing."
        )
    moved = abs(round(100 * trend.change))
    more = "positive" if trend.change > 0 else "negative"
    if trend.kind == "chance":
        drift = "the line is level" if moved == 0 else f"the line drifts towards {more} by {moved} points of 100"
        return (
            f"No change that can be told from chance: {drift}, and with this many recordings anything between "
            f"{_signed(trend.low)} and {_signed(trend.high)} would fit as well."
        ) + _ears(trend, whose)
    near, far = sorted((abs(trend.low), abs(trend.high)))
    return (
        f"Towards the end of this period {whose.my} recordings sounded more {more} to VSR than at its beginning, by "
        f"about {moved} points of 100 (likely between {round(100 * near)} and {round(100 * far)}). Another room, "
        f"microphone or text can do the same; what it means only {whose.me} can say."
    ) + _ears(trend, whose)


def _ears(trend: Trend, whose: Voice) -> str:
    if trend.heads < 2:
        return ""
    return (
        f" VSR itself learnt in this time ({trend.heads} different heads judged), so part of it may be VSR's hearing "
        f"and not {whose.my} voice."
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _signed(share: float) -> str:
    points = round(100 * share)
    return "0" if points == 0 else f"{points:+d}".replace("-", "−")
