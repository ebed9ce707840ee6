"""The figures of an evaluation are those one would count by hand, and nobody is hidden in a mean."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vsr_server.base.evaluation.baselines import (
    cannot_learn,
    cepstral_statistics,
    linear_model,
    majority,
    support_vectors,
)
from vsr_server.base.evaluation.evaluate import Judged, evaluate, speaker_bootstrap
from vsr_server.base.evaluation.evaluation_pictures import PANELS, draw, prepare
from vsr_server.base.evaluation.examination import Examination
from vsr_server.base.evaluation.report import report
from vsr_server.base.images import Images
from vsr_server.corpora.clip import Clip
from vsr_shared.emotions import Emotion
from vsr_shared.errors import StoreError, UsageError

Rows = np.ndarray
Fit = Callable[[list[Clip], Rows], Callable[[Rows], Rows]]


def voices(speakers: int = 4, clips: int = 10, corpus: str = "made") -> list[Clip]:
    return [
        Clip(Path(f"{s}-{k}.wav"), corpus, f"s{s}", "female" if s % 2 else "male", emotion)
        for s in range(speakers)
        for k in range(clips)
        for emotion in [Emotion.HAPPY if k % 2 else Emotion.ANGRY]
    ]


def test_the_worst_served_speaker_is_named() -> None:
    heard = voices()
    said = np.array([0.9 if voice.positive else 0.1 for voice in heard])
    said[10:20] = 0.9  # all that s1 says is called positive
    found = evaluate(heard, said)
    assert found.worst_speaker == ("s1", 0.5)
    assert found.worst_tenth == 0.5
    assert found.mean_speaker_uar == pytest.approx(0.875)
    assert found.overall.uar == pytest.approx((0.75 + 1.0) / 2)
    assert found.genders["male"].uar == 1.0
    assert found.genders["female"].uar == 0.75


def test_a_speaker_with_one_polarity_is_counted_but_never_the_worst() -> None:
    heard = [*voices(2), *(voice for voice in voices(3) if voice.speaker == "s2" and voice.positive)]
    found = evaluate(heard, np.array([0.9 if voice.positive else 0.2 for voice in heard]))
    assert np.isnan(found.speakers["s2"].uar)
    assert found.worst_speaker[1] == 1.0
    assert '"s2": {"uar": null' in json.dumps(found.to_dict())


def test_the_interval_is_over_speakers_and_holds_the_figure() -> None:
    heard = voices(8)
    rng = np.random.default_rng(0)
    said = np.array([0.5 + (0.3 if voice.positive else -0.3) + rng.normal(0, 0.35) for voice in heard]).clip(0, 1)
    found = evaluate(heard, said)
    low, high = found.intervals["uar"]
    assert low < found.overall.uar < high


def test_a_single_speaker_says_nothing_about_others() -> None:
    one = speaker_bootstrap(["s"] * 4, np.array([0, 1, 0, 1]), np.array([0.1, 0.9, 0.8, 0.7]), 50, 0)
    assert all(np.isnan(between).all() for between in one.values())


def test_what_is_taken_for_what_is_counted_by_polarity_and_by_emotion() -> None:
    heard = voices(2)
    said = np.array([0.9 if voice.positive else 0.1 for voice in heard])
    said[0] = 0.5  # angry, and just judged positive
    found = evaluate(heard, said)
    assert found.confusion == ((9, 1), (0, 10))
    assert found.emotions == {"angry": Judged(10, 1), "happy": Judged(10, 10)}


def test_the_majority_has_a_uar_of_a_half() -> None:
    train = voices(3)
    assert evaluate(voices(), majority(train, 40)).overall.uar == 0.5


@pytest.fixture(scope="module")
def sounds() -> tuple[list[Clip], np.ndarray]:
    """Six speakers' clips and their cepstra, in which a band tells the polarity."""
    heard = voices(6, 12)
    rng = np.random.default_rng(0)
    pictures = rng.integers(40, 120, (len(heard), 64, 87), dtype=np.uint8)
    pictures[:, :, 50:] = 0  # filling, which no feature may see
    for picture, voice in zip(pictures, heard, strict=True):
        picture[30 if voice.positive else 10, :50] = 250
    recordings, rows = cepstral_statistics(Images(pictures, np.arange(len(heard))))
    assert rows.shape == (len(heard), 40)
    assert (recordings == np.arange(len(heard))).all()
    return heard, rows


@pytest.mark.parametrize("fit", [support_vectors, linear_model])
def test_what_is_fitted_on_features_learns_what_the_spectrum_shows(fit: Fit, sounds: tuple[list[Clip], Rows]) -> None:
    heard, rows = sounds
    judge = fit(heard[:48], rows[:48])
    assert evaluate(heard[48:], judge(rows[48:])).overall.uar == 1.0
    assert judge(rows[48:50]) == pytest.approx(judge(rows[48:])[:2])  # what else is tested moves nothing


def test_too_few_to_learn_from_are_named() -> None:
    assert cannot_learn(voices(4)) is None
    assert "at least 4 training speakers, not 2" in str(cannot_learn(voices(2)))
    angry = [voice for voice in voices(5) if not voice.positive or voice.speaker == "s0"]
    assert "positive recordings of at least 4 training speakers, not of 1" in str(cannot_learn(angry))
    with pytest.raises(UsageError, match="not 2; train on more"):
        support_vectors(voices(2), np.zeros((20, 40)))


def examination(heard: list[Clip], said: np.ndarray, **more: Any) -> Examination:
    labels = np.array([voice.positive for voice in heard])
    ways = {"base": evaluate(heard, said), "majority": evaluate(heard, majority(heard, len(heard)))}
    return Examination("b@1", ways, ("m", "n"), labels=labels, positive=said, **more)


def test_the_report_says_each_figure_by_each_group_and_a_dash_where_it_cannot() -> None:
    heard = [*voices(2), *(voice for voice in voices(3) if voice.speaker == "s2" and voice.positive)]
    said = np.array([0.9 if voice.positive else 0.2 for voice in heard])
    text = report(examination(heard, said, remarks=("the weather",)))
    rows = {" ".join(line.split()) for line in text.splitlines()}
    assert "25 recordings (15 positive) of 3 speaker(s) whom this base never heard" in rows
    assert "left out, because this base was made with them: 2 speakers" in rows
    assert "made 1.000 1.000 0.152 0.140 25" in rows
    assert "male 1.000 1.000 0.145 0.133 15" in rows
    assert "s2 - - 0.105 0.100 5" in rows
    assert "mean UAR of speakers 1.000, of the worst tenth 1.000" in rows
    assert "angry 10 0% 100%" in rows
    assert "negative 10 0" in rows
    assert "note: the weather" in rows


def test_microphones_and_those_it_heard_stand_apart() -> None:
    heard = voices(2)
    said = np.array([0.9 if voice.positive else 0.2 for voice in heard])
    found = evaluate(heard, said)
    text = report(
        examination(
            heard,
            said,
            microphones={"studio": {"base": found}, "phone call": {"base": found}},
            not_a_test={"heard in training: not a test": found},
        )
    )
    assert "base by microphone" in text
    assert "\nphone call" in text
    assert text.count("HEARD IN TRAINING: NOT A TEST") == 1
    alone = report(Examination("b@1", {}, (), not_a_test={"heard in training: not a test": found}))
    assert "never heard" not in alone
    assert "NOT A TEST" in alone


def test_json_has_no_number_that_json_does_not_know() -> None:
    heard = [voice for voice in voices(1) if voice.positive]
    found = examination(heard, np.full(len(heard), 0.7)).to_dict()
    text = json.dumps(found, allow_nan=False)
    assert json.loads(text)["ways"]["base"]["overall"]["uar"] is None
    assert json.loads(text)["ways"]["base"]["intervals"]["nll"] == [None, None]


def test_pictures_are_drawn_into_one_file_or_a_folder(tmp_path: Path) -> None:
    heard = voices(12)
    said = np.random.default_rng(0).random(len(heard))
    found = examination(heard, said, microphones={"studio": {"base": evaluate(heard, said)}})
    for place, names in ((tmp_path / "p.png", {"p.png"}), (tmp_path / "folder", {f"{name}.png" for name in PANELS})):
        prepare(place)
        drawn = draw(found, place)
        assert {path.name for path in drawn} == names
        assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)
    one_polarity = [voice for voice in heard if voice.positive]
    assert draw(examination(one_polarity, np.full(len(one_polarity), 0.3)), tmp_path / "q.png")


def test_pictures_that_cannot_be_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="pictures cannot go to"):
        prepare(tmp_path / "file" / "p.png")
    with pytest.raises(UsageError, match="nothing to draw"):
        draw(Examination("b@1", {}, ()), tmp_path / "p.png")
    (tmp_path / "p.png").mkdir()
    with pytest.raises(StoreError, match="cannot be written"):
        draw(examination(voices(), np.full(40, 0.5)), tmp_path / "p.png")
