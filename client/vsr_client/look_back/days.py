"""A person's recordings by their own days.

A day is the date on the person's clock where and when they recorded: each recording keeps its own offset, so that
an evening before a flight stays an evening, and nothing moves when the machine's time zone changes.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from statistics import fmean
from typing import TYPE_CHECKING, Final, Literal

from vsr_shared.emotions import Polarity

if TYPE_CHECKING:
    from vsr_client.store.kept_recording import KeptRecording

DayTone = Literal["none", "few", "positive", "mixed", "negative"]
"""How a day sounded to VSR: `none` where it heard nothing, `few` where it heard one recording alone."""
LEANS: Final = (0.4, 0.6)
"""A day's mean at or below the first sounds more negative, at or above the second more positive."""


@dataclass(frozen=True)
class Day:
    """One day and its recordings, the earliest first."""

    day: date
    recordings: "tuple[KeptRecording, ...]"

    @property
    def heard(self) -> tuple[float, ...]:
        """What VSR heard: a probability of positive for each recording that it judged."""
        return tuple(recording.said.positive for recording in self.recordings if recording.said)

    @property
    def labels(self) -> Counter[Polarity]:
        """What the person said of them, counted. Kept apart from what VSR heard, wherever this is shown."""
        return Counter(recording.polarity for recording in self.recordings if recording.polarity)

    @property
    def tone(self) -> DayTone:
        """The day in one word; a single recording never gives a day its tone."""
        heard = self.heard
        if len(heard) < 2:
            return "few" if heard else "none"
        mean = fmean(heard)
        return "negative" if mean <= LEANS[0] else "positive" if mean >= LEANS[1] else "mixed"


def within(recordings: "Iterable[KeptRecording]", first: date, last: date) -> "list[KeptRecording]":
    """Return the recordings of the person's days from `first` to `last`, both included."""
    return [recording for recording in recordings if first <= recording.recorded.date() <= last]


def days_of(recordings: "Iterable[KeptRecording]") -> tuple[Day, ...]:
    """Return the days that have recordings, the earliest first."""
    ordered = sorted(recordings, key=lambda recording: (recording.recorded.date(), recording.recorded))
    return tuple(Day(day, tuple(group)) for day, group in groupby(ordered, key=lambda one: one.recorded.date()))
