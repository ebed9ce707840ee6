"""The figures of an evaluation are those one would count by hand, and nobody is hidden in a mean."""

import json
from pathlib import Path

import numpy as np
import pytest

from vsr_server.base.baselines import cepstral_statistics, features_with_svm, majority
from vsr_server.base.evaluate import evaluate, speaker_bootstrap
from vsr_server.base.images import Images
from vsr_server.base.pictures import draw_reliability
from vsr_server.base.voices import Voice
from vsr_shared.emotions import Emotion
from vsr_shared.errors import UsageError


def voices(speakers: int = 4, clips: int = 10, corpus: str = "made") -> list[Voice]:
    return [
        Voice(Path(f"{s}-{k}.wav"), corpus, f"s{s}", "female" if s % 2 else "male", emotion)
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
    one = speaker_bootstrap(["s"] * 4, np.array([0, 1, 0, 1]), np.array([0.1, 0.9, 0.8, 0.7]), 50, 0)
    assert one["uar"][0] == one["uar"][1] == 0.75  # a single speaker says nothing about others


def test_the_majority_has_a_uar_of_a_half() -> None:
    train = voices(3)
    assert evaluate(voices(), majority(train, 40)).overall.uar == 0.5


def test_features_with_an_svm_learn_what_the_spectrum_shows() -> None:
    heard = voices(6, 12)
    rng = np.random.default_rng(0)
    pictures = rng.integers(40, 120, (len(heard), 64, 87), dtype=np.uint8)
    pictures[:, :, 50:] = 0  # filling, which no feature may see
    for picture, voice in zip(pictures, heard, strict=True):
        picture[30 if voice.positive else 10, :50] = 250
    recordings, rows = cepstral_statistics(Images(pictures, np.arange(len(heard))))
    assert rows.shape == (len(heard), 40)
    assert (recordings == np.arange(len(heard))).all()
    cut = 48
    positive = features_with_svm(heard[:cut], rows[:cut], rows[cut:])
    assert evaluate(heard[cut:], positive).overall.uar == 1.0
    with pytest.raises(UsageError, match="at least 4 training speakers"):
        features_with_svm(heard[:24], rows[:24], rows[24:])


def test_reliability_is_drawn(tmp_path: Path) -> None:
    draw_reliability(np.array([0, 1, 1]), np.array([0.2, 0.9, 0.4]), tmp_path / "r.png")
    assert (tmp_path / "r.png").read_bytes().startswith(b"\x89PNG")
