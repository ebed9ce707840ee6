"""Days of a person's recordings, made up, and the real store they are put into."""

import io
import math
import random
import struct
import wave
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from vsr_client.person import Person
from vsr_client.store.kept_recording import Capture, KeptRecording, Levels, Said
from vsr_shared.emotions import Polarity
from vsr_shared.prediction import SegmentPrediction

BASE = "some-base@0123456789ab"
NOTES = (
    "A long walk by the river.",
    "Slept badly, third night.",
    "Went better than I feared!",
    "Headache.\nStayed in.",
    "Called my sister.",
)


def recording(when: datetime, positive: float | None = 0.5, head: str = "base", **fields: Any) -> KeptRecording:
    """Return a recording of two seconds; `positive` is what VSR said, None for nothing."""
    said = None if positive is None else Said(BASE, head, positive, (SegmentPrediction(0.0, 2.0, positive),))
    return KeptRecording(uuid4().hex, when, "microphone", "", 2.0, **{"said": said, **fields})


def on(day: date, *positives: float, **fields: Any) -> list[KeptRecording]:
    """Return recordings of one day, an hour apart."""
    morning = datetime.combine(day, time(8), tzinfo=UTC)
    return [recording(morning + timedelta(hours=hour), positive, **fields) for hour, positive in enumerate(positives)]


def in_a_row(first: date, days: Iterable[Sequence[float]]) -> list[KeptRecording]:
    """Return recordings of one day after the other."""
    return [one for index, values in enumerate(days) for one in on(first + timedelta(days=index), *values)]


def month(last: date, days: int = 30, seed: int = 5, start: float = 0.35, end: float = 0.75) -> list[KeptRecording]:
    """Return a month that ends with `last`: days without recordings, labels and notes here and there, a rising mood."""
    draw = random.Random(seed)
    found: list[KeptRecording] = []
    for back in range(days):
        if back and draw.random() < 0.15:
            continue
        mood = end + (start - end) * back / max(1, days - 1) + draw.gauss(0, 0.05)
        for hour in range(draw.choice((1, 2, 2, 3, 4))):
            positive = min(0.97, max(0.03, draw.gauss(mood, 0.12)))
            moment = datetime.combine(last - timedelta(days=back), time(0, 1 + 10 * hour), timezone(timedelta(hours=1)))
            said = draw.random()
            label = None if said < 0.5 else Polarity.POSITIVE if draw.random() < positive else Polarity.NEGATIVE
            found.append(
                recording(
                    moment,
                    positive,
                    capture=Capture("Built-in", 48000, 1, False, False, False),
                    levels=Levels(0.4, -23.0, 0.0),
                    polarity=label,
                    labelled=moment if label else None,
                    note=draw.choice(NOTES) if draw.random() < 0.2 else "",
                )
            )
    return [replace(one, id=UUID(int=draw.getrandbits(128), version=4).hex) for one in found]


def tone(seconds: float = 2.0, hertz: float = 220.0) -> bytes:
    """Return a WAV file of a hum."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        count = int(seconds * 16000)
        samples = (int(9000 * math.sin(2 * math.pi * hertz * index / 16000)) for index in range(count))
        file.writeframes(struct.pack(f"<{count}h", *samples))
    return out.getvalue()


def keep(folder: Path, passphrase: str, recordings: Iterable[KeptRecording]) -> None:
    """Put `recordings` into the real store of a fresh data folder that `passphrase` opens."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        patch.setenv("VSR_PASSPHRASE", passphrase)
        person = Person(folder, ask=lambda _: passphrase)
        sound = tone()
        for one in recordings:
            person.recordings.add(one, io.BytesIO(sound))
        person.close()
