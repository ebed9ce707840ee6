"""How the last days sounded, in one of few words, and only where several days and recordings say so.

A day is the unit, never a recording: one bad afternoon with ten recordings is one day. Where the person said what a
recording was, their word counts and not VSR's guess: this is about them, and they know. (Look back keeps the two
apart, because there the question is what VSR heard.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from typing import TYPE_CHECKING, Final

from vsr_client.look_back.days import LEANS, days_of, within
from vsr_client.wellbeing.catalogue import Tone
from vsr_shared.emotions import Polarity

if TYPE_CHECKING:
    from vsr_client.store.kept_recording import KeptRecording

RECENT_DAYS: Final = 14
FEWEST_DAYS: Final = 4
FEWEST_RECORDINGS: Final = 6
MOSTLY: Final = 2 / 3
"""Share of the days that has to sound alike before that is called a pattern."""


@dataclass(frozen=True)
class Pattern:
    """How the last days sounded: of `days` days with recordings, `matching` sounded like `tone`."""

    tone: Tone
    days: int
    recordings: int
    matching: int

    def sentence(self, sentences: dict[Tone, str]) -> str:
        """Return the sentence for this pattern, its numbers filled in."""
        needed = self.tone == "few"
        return sentences[self.tone].format(
            recordings=FEWEST_RECORDINGS if needed else self.recordings,
            days=FEWEST_DAYS if needed else self.days,
            matching=self.matching,
        )


def recent_pattern(recordings: "Sequence[KeptRecording]", today: date) -> Pattern:
    """Return the pattern of the fourteen days that end with `today`."""
    first = today - timedelta(days=RECENT_DAYS - 1)
    days = [_values(day.recordings) for day in days_of(within(recordings, first, today))]
    means = [fmean(values) for values in days if values]
    count = sum(map(len, days))
    if len(means) < FEWEST_DAYS or count < FEWEST_RECORDINGS:
        return Pattern("few", len(means), count, 0)
    low, high = LEANS
    negative, positive = sum(mean <= low for mean in means), sum(mean >= high for mean in means)
    if negative >= MOSTLY * len(means):
        return Pattern("negative", len(means), count, negative)
    if positive >= MOSTLY * len(means):
        return Pattern("positive", len(means), count, positive)
    return Pattern("mixed", len(means), count, 0)


def _values(recordings: "Sequence[KeptRecording]") -> list[float]:
    return [value for value in map(_value, recordings) if value is not None]


def _value(recording: "KeptRecording") -> float | None:
    if recording.polarity is not None:
        return 1.0 if recording.polarity is Polarity.POSITIVE else 0.0
    return recording.said.positive if recording.said else None
