"""Teaching VSR one's own voice: recordings and labels in, a personal tail and head out where it wins."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vsr_client.one_thread import one_thread
from vsr_client.person import Person
from vsr_client.store.clips import ClipStore
from vsr_client.store.models import KeptModel
from vsr_shared.audio.decode import decode_blocks
from vsr_shared.emotions import Polarity
from vsr_shared.errors import AudioError
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.learning.personalise import Personalised, Recording, personalise
from vsr_shared.prediction import Predictor
from vsr_shared.weights import Array, Weights

PERSONAL_TRAINING = LocalTraining(epochs=60, learning_rate=3e-4, batch_size=64)
MAX_SEGMENTS = 150
"""Segments of one recording that are learnt from: 10 minutes. One label does not describe more of a voice."""


@dataclass(frozen=True)
class Lesson:
    """A file with the label the person gave it."""

    path: Path
    polarity: Polarity


@dataclass(frozen=True)
class Heard:
    """A lesson as it is kept."""

    activations: Array
    audio_sha256: bytes


def hear(path: Path, predictor: Predictor) -> Heard:
    """Return what is kept of the recording at `path`; AudioError where there is nothing to hear."""
    digest = hashlib.sha256()

    def passed_on() -> Iterator[Array]:
        for block in decode_blocks(path):
            digest.update(block.tobytes())
            yield block

    parts: list[Array] = []
    for heard in predictor.hear(passed_on()):
        parts.append(heard.activations)
        if sum(map(len, parts)) >= MAX_SEGMENTS:
            break
    return Heard(np.concatenate(parts)[:MAX_SEGMENTS], digest.digest())


def take_in(
    person: Person, lessons: Sequence[Lesson], on_heard: Callable[[Lesson, AudioError | None], None]
) -> list[AudioError]:
    """Keep what the trunk hears in each lesson; a recording that cannot be heard is reported and left out."""
    predictor = person.predictor(None)
    failures: list[AudioError] = []
    with closing(ClipStore(person.data_dir, person.key)) as store:
        for lesson in lessons:
            problem: AudioError | None = None
            try:
                heard = hear(lesson.path, predictor)
                store.put(person.base.id, heard.audio_sha256, heard.activations, lesson.polarity)
            except AudioError as error:
                problem = error
                failures.append(error)
            on_heard(lesson, problem)
    return failures


def kept_recordings(person: Person) -> list[Recording]:
    """Return everything this person taught, for the present base."""
    with closing(ClipStore(person.data_dir, person.key)) as store:
        return store.recordings(person.base.id)


def newest_start(person: Person) -> Weights:
    """Return what personal training starts from: the newest common model, else the base's own tail and head."""
    if person.models.has("common", person.base.id):
        return person.models.get("common", person.base.id).weights
    return person.base.trainable


def train_personal(
    person: Person, settings: LocalTraining, on_epoch: Callable[[int, float], None] | None = None
) -> Personalised:
    """Train on everything kept; put the result in use where it wins, and take an older personal one away where not."""
    recordings = kept_recordings(person)
    with one_thread():
        result = personalise(newest_start(person), person.base.frozen, recordings, settings, on_epoch=on_epoch)
    if result.kept:
        origin = f"{len(recordings)} recordings of yours"
        person.models.put(KeptModel("personal", person.base.id, result.weights, origin), person.key)
    else:
        person.models.remove("personal", person.base.id)
    return result
