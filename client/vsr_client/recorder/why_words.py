"""What would change VSR's mind, in one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from vsr_shared.emotions import Polarity


@dataclass(frozen=True)
class CoveredPart:
    """A part of a segment's picture that was covered, and by how much the recording's probability moved then."""

    segment: int
    start: float
    end: float
    low_hz: float
    high_hz: float
    shift: float
    """Of the recording's probability of positive, -1..1."""


@dataclass(frozen=True)
class LeftOut:
    """A segment, and the recording's probability of positive without it; None where it is the only one."""

    start: float
    end: float
    positive: float
    without: float | None


def sentence(positive: float, segments: Sequence[LeftOut], parts: Sequence[CoveredPart]) -> str:
    """Return what a recording of this probability hangs on: first a part, then a segment, that would turn it."""
    now, other = _words(positive)
    against = -1 if positive >= 0.5 else 1
    strongest = max(parts, key=lambda part: against * part.shift, default=None)
    if strongest and _turned(positive, positive + strongest.shift):
        return f"Without {_place(strongest)} it would sound {other} to VSR."
    turning = [one for one in segments if one.without is not None and _turned(positive, one.without)]
    if turning:
        most = max(turning, key=lambda one: against * ((one.without or 0.0) - positive))
        return f"Without the seconds {most.start:.0f} to {most.end:.0f} it would sound {other} to VSR."
    if strongest and against * strongest.shift > 0.01:
        return f"No single part decides it. What makes it sound {now} to VSR most is {_place(strongest)}."
    return f"No single part decides it: it sounds {now} to VSR throughout."


def _turned(before: float, after: float) -> bool:
    return (before >= 0.5) != (after >= 0.5)


def _words(positive: float) -> tuple[str, str]:
    return (Polarity.POSITIVE, Polarity.NEGATIVE) if positive >= 0.5 else (Polarity.NEGATIVE, Polarity.POSITIVE)


def _place(part: CoveredPart) -> str:
    if part.low_hz < 1:
        where = f"below {_hertz(part.high_hz)}"
    elif part.high_hz > 11_000:
        where = f"above {_hertz(part.low_hz)}"
    else:
        where = f"from {_hertz(part.low_hz)} to {_hertz(part.high_hz)}"
    return f"the part between {part.start:.0f} and {part.end:.0f} s {where}"


def _hertz(value: float) -> str:
    return f"{round(value, -2 if value >= 1000 else -1):,.0f} Hz"
