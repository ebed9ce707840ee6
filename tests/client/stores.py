"""A store to test with, and recordings to put into it."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import keyring
import keyring.backends.fail
import numpy as np

from vsr_client.store.captures import CaptureStart
from vsr_client.store.heads import Head
from vsr_client.store.recordings import Capture, HeardRecording, KeptRecording, Levels, Said
from vsr_client.store.vault import Vault
from vsr_shared.emotions import Emotion, Polarity
from vsr_shared.metrics import Scores
from vsr_shared.prediction import SegmentPrediction

PASSPHRASE = "correct horse"
MICROPHONE = Capture("Built-in", 48_000, 1, False, False, None)
SCORES = Scores(0.5, 0.6, 0.7, 0.1, 12)


def ask(_: str) -> str:
    return PASSPHRASE


def opened(folder: Path) -> Vault:
    """Open the store in `folder`, with a new key where it has none."""
    return (Vault.open if (folder / "key.json").exists() else Vault.create)(folder, ask)


def opened_by_passphrase(folder: Path) -> Vault:
    """Open the store in `folder` as on a machine without a keyring, whatever keyring this process has."""
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    try:
        return opened(folder)
    finally:
        keyring.set_keyring(before)


def recording(number: int = 0, **fields: Any) -> KeptRecording:
    """Return a recording with everything filled in, `number` hours after the first."""
    when = datetime(2026, 3, 1, 9, 30, tzinfo=UTC) + timedelta(hours=number)
    segments = (SegmentPrediction(0.0, 4.0, 0.7), SegmentPrediction(4.0, 6.5, 0.5))
    full = KeptRecording(
        uuid4().hex,
        when.astimezone(),
        "microphone",
        f"Montag morgens {number}",
        6.5,
        capture=MICROPHONE,
        levels=Levels(0.8, -21.5, 0.0),
        text="de-1",
        polarity=Polarity.POSITIVE,
        emotion=Emotion.CALM,
        note=f"after the walk with Ana, number {number}",
        labelled=when,
        said=Said("base@1", "base", 0.6, segments),
    )
    return KeptRecording(**(vars(full) | fields))


def heard(segments: int = 2) -> HeardRecording:
    random = np.random.default_rng(segments)
    return HeardRecording(
        random.normal(size=(segments, 2, 2, 1888)).astype(np.float16),
        random.normal(size=(segments, 40)).astype(np.float32),
        random.integers(0, 255, (segments, 64, 87), np.uint8),
        tuple((4.0 * place, 4.0 * place + 4) for place in range(segments)),
    )


def head(number: int = 0, base: str = "base@1") -> Head:
    made = datetime(2026, 3, 1, 20, tzinfo=UTC) + timedelta(days=number)
    return Head(uuid4().hex, base, made, 12, SCORES, SCORES, kept=True)


def start(**fields: Any) -> CaptureStart:
    return CaptureStart(uuid4().hex, datetime(2026, 3, 2, 8, tzinfo=UTC), MICROPHONE, **fields)


def pcm(seconds: float, rate: int = 48_000) -> bytes:
    """Return a rising tone, so that no two pieces of it are alike."""
    time = np.arange(round(seconds * rate)) / rate
    return (9000 * np.sin(2 * np.pi * (200 + 40 * time) * time)).astype("<i2").tobytes()


def damaged(path: Path, change: Callable[[bytearray], None]) -> None:
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)


def everything_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def no_keyring() -> dict[str, str]:
    return os.environ | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
