"""Teaching as the app's worker does it: what is kept of a lesson, hearing anew, cancelling, which head speaks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from tests.client.conftest import files
from tests.client.stores import PASSPHRASE
from vsr_client import teaching
from vsr_client.person import Person, Using
from vsr_client.teaching import Lesson, Progress, learnable, take_in, train_personal
from vsr_shared.base import Base
from vsr_shared.emotions import Polarity
from vsr_shared.errors import AudioError, StoreError
from vsr_shared.learning import personalise
from vsr_shared.learning.local_training import LocalTraining
from vsr_simulations.population import User

BRIEF = LocalTraining(epochs=2, learning_rate=3e-4, batch_size=64)


@pytest.fixture(scope="module")
def taught_folder(tmp_path_factory: pytest.TempPathFactory, generated: User, shipped: Base) -> Path:
    """A folder with three lessons of each polarity."""
    folder = tmp_path_factory.mktemp("taught") / "data"
    person = someone(folder)
    lessons = [Lesson(path, Polarity.POSITIVE) for path in files(generated).positive[:3]]
    lessons += [Lesson(path, Polarity.NEGATIVE) for path in files(generated).negative[:3]]
    assert take_in(person, lessons, lambda *_: None) == []
    person.close()
    return folder


def someone(folder: Path) -> Person:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VSR_PASSPHRASE", PASSPHRASE)
        person = Person(folder, ask=lambda _: PASSPHRASE)
        _ = person.vault
    return person


@pytest.fixture
def person(taught_folder: Path, tmp_path: Path) -> Iterator[Person]:
    import shutil

    person = someone(shutil.copytree(taught_folder, tmp_path / "data"))
    yield person
    person.close()


def test_a_lesson_is_kept_as_the_file_it_is(person: Person, generated: User, shipped: Base) -> None:
    by_name = {one.name: one for one in person.recordings.all()}
    path = files(generated).negative[0]
    one = by_name[path.name]
    assert (one.polarity, one.emotion, one.source, one.has_audio) == (Polarity.NEGATIVE, None, "file", True)
    assert one.recorded.timestamp() == pytest.approx(path.stat().st_mtime, abs=1e-3)
    assert one.labelled is not None and one.labelled.utcoffset() is not None
    assert one.said is not None and (one.said.base, one.said.head) == (shipped.id, "base")
    assert one.said.positive == pytest.approx(np.mean([part.positive for part in one.said.segments]))
    with person.recordings.audio(one.id) as audio:
        assert audio.read() == path.read_bytes()
    heard = person.recordings.heard(one.id, shipped.id)
    assert heard is not None
    assert heard.images.shape == (len(heard.times), *shipped.manifest.spectrogram.shape)


def test_the_same_sound_in_another_file_is_the_same_recording(person: Person, generated: User, tmp_path: Path) -> None:
    import soundfile

    path = files(generated).positive[0]
    sound, rate = soundfile.read(path, dtype="int16")
    soundfile.write(tmp_path / "copy.flac", sound, rate)
    count = len(person.recordings.all())
    take_in(person, [Lesson(tmp_path / "copy.flac", Polarity.NEGATIVE)], lambda *_: None)
    assert len(person.recordings.all()) == count
    (one,) = [one for one in person.recordings.all() if one.name == path.name]
    assert one.polarity is Polarity.NEGATIVE


def test_a_file_that_cannot_be_heard_is_reported_and_not_kept(person: Person, tmp_path: Path) -> None:
    (tmp_path / "notes.wav").write_text("not a sound")
    count, told = len(person.recordings.all()), []
    failures = take_in(
        person, [Lesson(tmp_path / "notes.wav", Polarity.POSITIVE)], lambda _, problem: told.append(problem)
    )
    assert failures == told and isinstance(told[0], AudioError)
    assert len(person.recordings.all()) == count


def test_who_does_not_want_sound_kept_has_what_was_heard_alone(person: Person, generated: User) -> None:
    person.preferences.change(keep_audio=False)
    path = files(generated).positive[3]
    take_in(person, [Lesson(path, Polarity.POSITIVE)], lambda *_: None)
    (one,) = [one for one in person.recordings.all() if one.name == path.name]
    assert not one.has_audio
    assert len(learnable(person)) == 7


def test_of_copies_the_one_labelled_last_counts(person: Person, shipped: Base) -> None:
    store = person.recordings
    one = next(one for one in store.all() if one.polarity is Polarity.POSITIVE)
    heard = store.heard(one.id, shipped.id)
    assert heard is not None and one.labelled is not None
    for hours, polarity in ((1, Polarity.NEGATIVE), (-1, Polarity.POSITIVE)):
        copy = replace(one, id=uuid4().hex, polarity=polarity, labelled=one.labelled + timedelta(hours=hours))
        with store.audio(one.id) as audio:
            store.add(copy, audio, store.sound(one.id))
        store.put_heard(copy.id, shipped.id, heard)
    found = learnable(person)
    assert [recording.polarity for recording in found].count(Polarity.POSITIVE) == 2
    assert len(found) == 6


def test_what_another_base_heard_is_heard_anew_from_its_sound(person: Person, shipped: Base) -> None:
    one, silent = person.recordings.all()[:2]
    before = {recording.id: person.recordings.heard(recording.id, shipped.id) for recording in (one, silent)}
    for recording in (one, silent):
        heard = before[recording.id]
        assert heard is not None
        person.recordings.put_heard(recording.id, "older@1", replace(heard, activations=heard.activations * 0))
    person.recordings.drop_audio(silent.id)
    told: list[str] = []
    person = replace(person, say=told.append)
    steps: list[Progress] = []
    found = learnable(person, steps.append)
    assert len(found) == 5, "one has no sound to be heard from"
    assert steps == [Progress("hearing", 0, 2), Progress("hearing", 1, 2)]
    assert len(told) == 1 and silent.name in told[0]
    again, was = person.recordings.heard(one.id, shipped.id), before[one.id]
    assert again is not None and was is not None
    np.testing.assert_allclose(again.activations, was.activations, rtol=1e-2, atol=1e-2)
    person.close()


@pytest.mark.parametrize(
    ("trained_from", "told"),
    [
        (7, [("learning", 0, 1)]),
        (6, [("judging", 1, 2), ("judging", 2, 2), ("learning", 1, 2), ("learning", 2, 2)]),
    ],
)
def test_learning_tells_each_step_and_its_head_speaks(
    person: Person, monkeypatch: pytest.MonkeyPatch, trained_from: int, told: list[tuple[str, int, int]]
) -> None:
    for module in (teaching, personalise):
        monkeypatch.setattr(module, "TRAINED_FROM", trained_from)
    steps: list[Progress] = []
    head = train_personal(person, BRIEF, steps.append)
    assert [(step.stage, step.done, step.total) for step in steps] == told
    assert person.heads.all() == [head]
    assert (head.recordings, head.before.count, head.after.count) == (6, 6, 6)
    assert (person.heads.in_use(person.base.id) == head) == head.kept
    person.heads.use(head.id)
    spoken = person.model()
    assert spoken is not None and spoken.id.startswith("personal@")
    second = train_personal(person, BRIEF)
    assert person.heads.all() == [second, head]
    person.heads.use(None)
    assert person.model() is None
    with pytest.raises(StoreError, match="vsr train"):
        person.model(Using.PERSONAL)


def test_a_cancelled_training_changes_nothing(person: Person) -> None:
    class Enough(Exception):
        pass

    def cancel(step: Progress) -> None:
        if step.stage == "learning":
            raise Enough

    with pytest.raises(Enough):
        train_personal(person, BRIEF, cancel)
    assert person.heads.all() == []


def test_who_has_no_personal_head_is_asked_for_nothing(person: Person) -> None:
    def never(_: str) -> None:
        raise AssertionError("asked")

    assert Person(person.data_dir, ask=never).model() is None
