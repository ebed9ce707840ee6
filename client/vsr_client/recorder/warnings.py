"""What may be wrong with a recording although it can be heard, each with what to do about it."""

from dataclasses import dataclass
from typing import Final

from vsr_client.store.kept_recording import Capture, Levels

CLIPPED_SHARE: Final = 0.0005
"""Share of samples at full scale from which clipping is heard: one in 2,000."""
SILENT_DBFS: Final = -60.0
LOW_DBFS: Final = -42.0
"""Speech at an arm's length from an ordinary microphone has about -30 dBFS."""
LOW_PEAK: Final = 0.1
NARROW_HZ: Final = 16_000
"""Up to this rate wireless headsets send in a telephone's quality."""

_PROCESSING: Final = {
    "echo_cancellation": "echo cancellation",
    "noise_suppression": "noise suppression",
    "auto_gain": "automatic gain",
}


@dataclass(frozen=True)
class Doubt:
    """A doubt about a recording."""

    code: str
    message: str


def warnings_of(levels: Levels | None, capture: Capture | None) -> list[Doubt]:
    """Return the doubts about a recording with these `levels` and, from a microphone, this `capture`."""
    found = _of_levels(levels) if levels else []
    if capture is None:
        return found
    left_on = [name for field, name in _PROCESSING.items() if getattr(capture, field)]
    if left_on:
        says = f"the browser left {' and '.join(left_on)} on, which changes the voice; another browser may let go of it"
        found.append(Doubt("processing", says))
    if capture.sample_rate <= NARROW_HZ:
        says = (
            f"the microphone sends {capture.sample_rate:,} samples a second, a telephone's quality; "
            "one with a cable, or the one built in, tells more of the voice"
        )
        found.append(Doubt("narrow", says))
    return found


def _of_levels(levels: Levels) -> list[Doubt]:
    if levels.clipped >= CLIPPED_SHARE:
        return [Doubt("clipping", "it is too loud in places (clipping); speak from further away, or turn it down")]
    if levels.rms_dbfs < SILENT_DBFS:
        return [Doubt("silence", "hardly anything is to be heard; check that the right microphone is chosen")]
    if levels.rms_dbfs < LOW_DBFS and levels.peak < LOW_PEAK:
        return [Doubt("low", "it is very quiet; speak closer to the microphone, or turn it up")]
    return []
