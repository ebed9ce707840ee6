"""The recording as the API shows it."""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel

from vsr_client.recorder.warnings import warnings_of
from vsr_client.store.kept_recording import KeptRecording, Said
from vsr_shared.emotions import Emotion, Polarity

BYTES: Final = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {}}}}}
"""For the documentation of a call whose body is bytes."""
Sureness = Literal["unsure", "leaning", "fairly sure"]


class CaptureShape(BaseModel):
    """What the browser really granted; null for what it does not tell."""

    device: str
    sample_rate: int
    channels: int
    echo_cancellation: bool | None = None
    noise_suppression: bool | None = None
    auto_gain: bool | None = None


class LevelsShape(BaseModel):
    """Peak 0..1, level in dB below full scale, share of samples at full scale."""

    peak: float
    rms_dbfs: float
    clipped: float


class SegmentShape(BaseModel):
    """Probability of positive in one segment; times in seconds."""

    start: float
    end: float
    positive: float


class SaidShape(BaseModel):
    """What VSR said, by which base and head, and how sure it is. `segments` is left out in lists."""

    base: str
    head: str
    positive: float
    sure: Sureness
    segments: list[SegmentShape] | None = None


class DoubtShape(BaseModel):
    """What may be wrong with a recording, and what to do."""

    code: str
    message: str


class RecordingShape(BaseModel):
    """A recording."""

    id: str
    recorded: datetime
    source: Literal["microphone", "file"]
    name: str
    seconds: float
    capture: CaptureShape | None
    levels: LevelsShape | None
    text: str
    polarity: Polarity | None
    emotion: Emotion | None
    note: str
    labelled: datetime | None
    said: SaidShape | None
    warnings: list[DoubtShape]
    has_audio: bool
    """False where the person chose that the sound does not stay."""


class RecordingsShape(BaseModel):
    """A page of recordings, and how many there are in all."""

    total: int
    items: list[RecordingShape]


def sureness(positive: float) -> Sureness:
    """Return how sure a probability is, in words; nothing is ever certain."""
    away = abs(positive - 0.5)
    return "unsure" if away < 0.1 else "leaning" if away < 0.3 else "fairly sure"


def shown(recording: KeptRecording, *, segments: bool = True) -> RecordingShape:
    """Return `recording` for the API."""
    doubts = warnings_of(recording.levels, recording.capture)
    return RecordingShape(
        id=recording.id,
        recorded=recording.recorded,
        source=recording.source,
        name=recording.name,
        seconds=round(recording.seconds, 3),
        capture=CaptureShape(**vars(recording.capture)) if recording.capture else None,
        levels=LevelsShape(**vars(recording.levels)) if recording.levels else None,
        text=recording.text,
        polarity=recording.polarity,
        emotion=recording.emotion,
        note=recording.note,
        labelled=recording.labelled,
        said=_said(recording.said, segments) if recording.said else None,
        warnings=[DoubtShape(**vars(doubt)) for doubt in doubts],
        has_audio=recording.has_audio,
    )


def _said(said: Said, segments: bool) -> SaidShape:
    parts = [SegmentShape(**vars(one)) for one in said.segments] if segments else None
    return SaidShape(
        base=said.base, head=said.head, positive=said.positive, sure=sureness(said.positive), segments=parts
    )
