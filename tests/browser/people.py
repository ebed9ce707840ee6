"""Recordings of one real person for the app: some to teach, the rest to ask about."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser.running_app import RunningApp

# RAVDESS: 03-01-EMOTION-INTENSITY-SENTENCE-TAKE-ACTOR; 03 happy, 04 sad, 05 angry, 08 surprised.
ACTOR = "11"
EMOTIONS = {"positive": ("03", "08"), "negative": ("04", "05")}


@dataclass(frozen=True)
class Clips:
    """Files by the polarity that the actor played."""

    positive: list[Path]
    negative: list[Path]


def clips(voices: Path, sentence: str = "01") -> Clips:
    """Return the actor's clips of one sentence: four of each polarity."""
    found = {
        polarity: [
            voices / "ravdess" / f"03-01-{emotion}-02-{sentence}-{take}-{ACTOR}.flac"
            for emotion in emotions
            for take in ("01", "02")
        ]
        for polarity, emotions in EMOTIONS.items()
    }
    return Clips(**found)


def teach(app: RunningApp, given: Clips, each: int = 3) -> list[Any]:
    """Upload and label `each` clips of both polarities; return the recordings as the API shows them."""
    taught = []
    for polarity in ("positive", "negative"):
        for file in getattr(given, polarity)[:each]:
            recording = app.upload(file)
            taught.append(app.call("PATCH", f"/api/recordings/{recording['id']}", {"polarity": polarity}))
    return taught
