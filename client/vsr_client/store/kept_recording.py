"""A recording as the person sees it, and its bytes."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from vsr_shared.emotions import Emotion, Polarity
from vsr_shared.prediction import SegmentPrediction

Source = Literal["microphone", "file"]


@dataclass(frozen=True)
class Capture:
    """What the browser really granted; None for what it does not tell."""

    device: str
    sample_rate: int
    channels: int
    echo_cancellation: bool | None
    noise_suppression: bool | None
    auto_gain: bool | None


@dataclass(frozen=True)
class Levels:
    """How loud a recording is."""

    peak: float
    """Largest absolute sample, 0..1."""
    rms_dbfs: float
    clipped: float
    """Share of samples at full scale, 0..1."""


@dataclass(frozen=True)
class Said:
    """What VSR said of a recording."""

    base: str
    head: str
    positive: float
    segments: tuple[SegmentPrediction, ...]


@dataclass(frozen=True)
class KeptRecording:
    """Everything about a recording but its sound."""

    id: str
    """32 hexadecimal digits (uuid4)."""
    recorded: datetime
    """Aware, with the person's offset at that time."""
    source: Source
    name: str
    seconds: float
    capture: Capture | None = None
    levels: Levels | None = None
    text: str = ""
    """Id of the sample text that was read, "" for none."""
    polarity: Polarity | None = None
    emotion: Emotion | None = None
    note: str = ""
    labelled: datetime | None = None
    said: Said | None = None
    has_audio: bool = True
    """Whether the sound is still there; without it nothing can be played, or heard by another base."""


def to_bytes(recording: KeptRecording, sound: bytes) -> bytes:
    """Return `recording` with the hash of its sound (b"" where unknown) as JSON."""
    return json.dumps({**asdict(recording), "sound": sound.hex()}, default=datetime.isoformat).encode()


def from_bytes(data: bytes) -> tuple[KeptRecording, bytes]:
    """Return what `to_bytes` was given."""
    fields = json.loads(data)
    sound = bytes.fromhex(fields.pop("sound"))
    fields["recorded"] = datetime.fromisoformat(fields["recorded"])
    fields["labelled"] = _maybe(datetime.fromisoformat, fields["labelled"])
    fields["polarity"] = _maybe(Polarity, fields["polarity"])
    fields["emotion"] = _maybe(Emotion, fields["emotion"])
    fields["capture"] = _maybe(lambda value: Capture(**value), fields["capture"])
    fields["levels"] = _maybe(lambda value: Levels(**value), fields["levels"])
    fields["said"] = _maybe(_said, fields["said"])
    return KeptRecording(**fields), sound


def _said(fields: Mapping[str, Any]) -> Said:
    segments = tuple(SegmentPrediction(**segment) for segment in fields["segments"])
    return Said(fields["base"], fields["head"], fields["positive"], segments)


def _maybe(make: Any, value: Any) -> Any:
    return None if value is None else make(value)
