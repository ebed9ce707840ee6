"""A month of made-up use: real recordings, heard by the base, put into the real store many times over."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np

from vsr_client.hearing import Hearing, hear
from vsr_client.person import Person
from vsr_client.store.kept_recording import KeptRecording, Said
from vsr_shared.emotions import Emotion, Polarity
from vsr_shared.prediction import SegmentPrediction
from vsr_simulations.client_bench.running import PASSPHRASE
from vsr_simulations.population import User

DAYS = 30
_DIFFERENT = 24
"""Recordings that are really heard; the month repeats them, as hearing 2,000 would only measure the trunk."""


def fill(folder: Path, user: User, count: int, seed: int, on_kept: Callable[[], None] = lambda: None) -> None:
    """Keep `count` recordings of `user` in `folder`, spread over the last 30 days; two of three labelled."""
    person = Person(folder, ask=lambda _: PASSPHRASE)
    random = np.random.default_rng(seed)
    predictor = person.predictor(None)
    clips = [clip for clip in user.teach if clip.path.exists()][:_DIFFERENT]
    heard = [(clip.path.read_bytes(), clip.emotion, hear(clip.path, predictor)) for clip in clips]
    now = datetime.now(UTC).astimezone()
    ages = np.sort(random.uniform(0, DAYS * 24 * 3600, count))[::-1]
    for index, age in enumerate(ages):
        sound, emotion, hearing = heard[index % len(heard)]
        recorded = now - timedelta(seconds=float(age))
        kept = _recording(hearing, emotion, recorded, person.base.id, index, random)
        person.recordings.add(kept, [sound], hearing.sound + index.to_bytes(4, "big"))
        person.recordings.put_heard(kept.id, person.base.id, hearing.heard)
        on_kept()
    person.close()


def _recording(
    hearing: Hearing, emotion: Emotion, recorded: datetime, base: str, index: int, random: np.random.Generator
) -> KeptRecording:
    labelled = index % 3 != 0
    positive = float(np.clip(hearing.positive + random.normal(0, 0.1), 0.01, 0.99))
    segments: Sequence[SegmentPrediction] = [replace(one, positive=positive) for one in hearing.said]
    return KeptRecording(
        uuid4().hex,
        recorded,
        "file",
        f"recording {index}",
        hearing.seconds,
        levels=hearing.levels,
        polarity=Polarity(emotion.polarity) if labelled else None,
        emotion=emotion if labelled and index % 2 else None,
        note="something to remember of this day" if index % 5 == 0 else "",
        labelled=recorded if labelled else None,
        said=Said(base, "base", positive, tuple(segments)),
    )
