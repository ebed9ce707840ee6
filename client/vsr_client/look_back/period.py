"""What one period holds: its days with their means and intervals, its trend, its notes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from vsr_client.look_back.days import Day, days_of, within
from vsr_client.look_back.estimate import Estimate, day_estimate, spread_within
from vsr_client.look_back.trend import Trend, trend_of
from vsr_shared.emotions import Polarity

if TYPE_CHECKING:
    from vsr_client.store.kept_recording import KeptRecording


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both included."""

    first: date
    last: date
    days: tuple[Day, ...]
    """Days with recordings, the earliest first."""
    estimates: dict[date, Estimate]
    """For each day on which VSR heard something."""
    trend: Trend

    @property
    def recordings(self) -> "tuple[KeptRecording, ...]":
        """All its recordings, the earliest first."""
        return tuple(recording for day in self.days for recording in day.recordings)

    @property
    def notes(self) -> "tuple[KeptRecording, ...]":
        """The recordings with a note, the earliest first."""
        return tuple(recording for recording in self.recordings if recording.note.strip())

    def said(self, polarity: Polarity) -> int:
        """Return how many recordings the person called `polarity`."""
        return sum(day.labels[polarity] for day in self.days)


def look_back(recordings: "Iterable[KeptRecording]", first: date, last: date) -> Period:
    """Return what the period from `first` to `last` holds."""
    days = days_of(within(recordings, first, last))
    spread = spread_within(day.heard for day in days)
    estimates = {day.day: day_estimate(day.heard, spread) for day in days if day.heard}
    return Period(first, last, days, estimates, trend_of(days))
