"""Teaching VSR one's own voice: recordings and labels in; a personal tail, head and memory out where they hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import uuid4

from vsr_client.hearing import Hearing, hear
from vsr_client.one_thread import one_thread
from vsr_client.person import Person
from vsr_client.store.heads import Head
from vsr_client.store.recordings import HeardRecording, KeptRecording, Said
from vsr_shared.emotions import Polarity
from vsr_shared.errors import AudioError, UnreadableAudio
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.learning.personalise import TRAINED_FROM, Recording, personalise
from vsr_shared.prediction import Predictor
from vsr_shared.weights import Weights

PERSONAL_TRAINING = LocalTraining(epochs=60, learning_rate=3e-4, batch_size=64)


@dataclass(frozen=True)
class Lesson:
    """A file with the label the person gave it."""

    path: Path
    polarity: Polarity


@dataclass(frozen=True)
class Progress:
    """How far a training is."""

    stage: Literal["hearing", "judging", "learning"]
    """Hearing recordings anew for another base; judging each while kept out of training; learning from all.
    With few recordings nothing is trained, and learning is one step."""
    done: int
    total: int
    loss: float | None = None


OnProgress = Callable[[Progress], None]
"""Told of every step. What it raises ends the training, and nothing changes."""


def take_in(
    person: Person, lessons: Sequence[Lesson], on_heard: Callable[[Lesson, AudioError | None], None]
) -> list[AudioError]:
    """Keep each lesson with its label; a recording that cannot be heard is reported and left out.

    The same sound taught twice is one recording, with the later label.
    """
    model = person.model() if person.recordings.all() else None
    predictor = person.predictor(model)
    head = model.id if model else "base"
    failures: list[AudioError] = []
    for lesson in lessons:
        problem: AudioError | None = None
        try:
            _keep(person, lesson, hear(lesson.path, predictor), head)
        except (AudioError, OSError) as error:
            gone = UnreadableAudio(f"the file cannot be read any more ({error}); choose it again")
            problem = error if isinstance(error, AudioError) else gone
            failures.append(problem)
        on_heard(lesson, problem)
    return failures


def learnable(person: Person, on_progress: OnProgress | None = None) -> list[Recording]:
    """Return what can be learnt from, oldest first: labelled recordings as the present base hears them.

    Of several with the same sound the one labelled last counts: a copy that taught could not judge. Those that another
    base heard are heard anew from their audio. One whose audio is gone, or cannot be heard, is left out, and the person
    is told.
    """
    labelled = _once_each(person)
    known = person.recordings.heard_by(person.base.id)
    unheard = [recording for recording in labelled if recording.id not in known]
    predictor = person.predictor(None) if any(recording.has_audio for recording in unheard) else None
    for done, recording in enumerate(unheard):
        if on_progress:
            on_progress(Progress("hearing", done, len(unheard)))
        _hear_anew(person, recording, predictor)
    pairs = [(recording, person.recordings.heard(recording.id, person.base.id)) for recording in labelled]
    return [_recording(heard, recording.polarity) for recording, heard in pairs if heard and recording.polarity]


def newest_start(person: Person) -> Weights:
    """Return what personal training starts from: the newest common model, else the base's own tail and head."""
    if person.models.has(person.base.id):
        return person.models.get(person.base.id).weights
    return person.base.trainable


def train_personal(
    person: Person, settings: LocalTraining = PERSONAL_TRAINING, on_progress: OnProgress | None = None
) -> Head:
    """Train on everything labelled; a head that holds is in use from here on, where it does not, none is.

    UsageError where a polarity has fewer than 3 recordings.
    """
    recordings = learnable(person, on_progress)

    def on_epoch(epoch: int, loss: float) -> None:
        if on_progress:
            late = epoch > settings.epochs
            done = epoch - settings.epochs * late
            on_progress(Progress("learning" if late else "judging", done, settings.epochs, loss))

    if on_progress and len(recordings) < TRAINED_FROM:
        on_progress(Progress("learning", 0, 1))
    with one_thread():
        result = personalise(newest_start(person), person.base.frozen, recordings, settings, on_epoch=on_epoch)
    made = datetime.now().astimezone()
    head = Head(uuid4().hex, person.base.id, made, len(recordings), result.before, result.after, result.kept)
    person.heads.add(head, result.weights, use=result.kept)
    return head


def _keep(person: Person, lesson: Lesson, hearing: Hearing, head: str) -> None:
    now, store = datetime.now().astimezone(), person.recordings
    if (known := store.find(hearing.sound)) is not None:
        emotion = known.emotion if known.emotion and known.emotion.polarity is lesson.polarity else None
        store.change(known.id, polarity=lesson.polarity, emotion=emotion, labelled=now)
    else:
        recorded = datetime.fromtimestamp(lesson.path.stat().st_mtime).astimezone()
        known = KeptRecording(
            uuid4().hex,
            recorded,
            "file",
            lesson.path.name,
            hearing.seconds,
            levels=hearing.levels,
            polarity=lesson.polarity,
            labelled=now,
            said=Said(person.base.id, head, hearing.positive, hearing.said),
        )
        with lesson.path.open("rb") as audio:
            store.add(known, audio, hearing.sound)
    store.put_heard(known.id, person.base.id, hearing.heard)
    if not person.preferences.get().keep_audio:
        store.drop_audio(known.id)


def _once_each(person: Person) -> list[KeptRecording]:
    """Return the labelled recordings, oldest first, one of each sound."""
    last: dict[bytes, KeptRecording] = {}
    for recording in person.recordings.all():
        sound = person.recordings.sound(recording.id) or recording.id.encode()
        if recording.polarity and (sound not in last or _labelled(last[sound]) < _labelled(recording)):
            last[sound] = recording
    return sorted(last.values(), key=lambda one: (one.recorded, one.id))


def _labelled(recording: KeptRecording) -> datetime:
    return recording.labelled or recording.recorded


def _hear_anew(person: Person, recording: KeptRecording, predictor: Predictor | None) -> None:
    named = recording.name or f"the recording of {recording.recorded:%d %B %Y, %H:%M}"
    if not recording.has_audio or predictor is None:
        person.say(f"{named} is left out: its sound was not kept, and another base heard it")
        return
    try:
        with person.recordings.audio(recording.id) as audio:
            person.recordings.put_heard(recording.id, person.base.id, hear(audio, predictor, named).heard)
    except AudioError as error:
        person.say(f"{named} is left out: {error}")


def _recording(heard: HeardRecording, polarity: Polarity) -> Recording:
    return Recording(heard.activations, polarity, heard.statistics)
