"""The operator's validation recordings: heard once, judged by every version as a prediction has it."""

from pathlib import Path

import numpy as np
import pytest

from tests.simulations.few_voices import few_voices
from vsr_server.coordination import validation
from vsr_server.coordination.gate import Figures, judge
from vsr_server.coordination.validation import load_validation
from vsr_shared.audio.decode import decode_blocks
from vsr_shared.base import Base
from vsr_shared.errors import StoreError, UsageError
from vsr_shared.prediction import Predictor


@pytest.fixture(scope="module")
def folder(voices: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return few_voices(voices, tmp_path_factory.mktemp("validation"), ["rav17", "rav18"], each=10)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def heard(shipped: Base, folder: Path, cache: Path) -> validation.ValidationSet:
    return load_validation(folder, shipped, cache)


def test_a_version_says_of_a_recording_what_a_prediction_says(
    heard: validation.ValidationSet, shipped: Base, folder: Path
) -> None:
    predictor = Predictor(shipped)
    files = [line.split(",")[0] for line in (folder / "MANIFEST.csv").read_text().splitlines()[1:]]
    said = heard.judged(shipped.trainable)
    assert said.speakers == ("rav17",) * 10 + ("rav18",) * 10
    for place in (0, 9, 19):
        predicted = predictor.predict(decode_blocks(folder / files[place])).positive
        assert said.positive[place] == pytest.approx(predicted, abs=0.01)


def test_a_model_turned_round_is_held_back(heard: validation.ValidationSet, shipped: Base) -> None:
    opposite = dict(shipped.trainable)
    for name in ("polarity/kernel", "polarity/bias"):
        opposite[name] = np.ascontiguousarray(opposite[name][..., ::-1])
    base, turned = (Figures(heard.judged(weights)) for weights in (shipped.trainable, opposite))
    assert base.judged and base.judged.uar > 0.6
    assert judge(base, base).promote
    assert not judge(turned, base).promote


def test_the_trunk_hears_them_once(
    heard: validation.ValidationSet, shipped: Base, folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "Predictor", None)
    again = load_validation(folder, shipped, cache)
    np.testing.assert_array_equal(again.activations, heard.activations)
    np.testing.assert_array_equal(again.owner, heard.owner)


def test_the_operator_is_told_where_the_base_knows_these_people(shipped: Base, voices: Path, tmp_path: Path) -> None:
    said: list[str] = []
    known = few_voices(voices, tmp_path, ["rav01", "rav02"], each=10)
    load_validation(known, shipped, tmp_path / "kept", said.append)
    assert any("learnt from 2 of these 2 speakers" in line for line in said)


def test_what_is_kept_and_damaged_is_said(shipped: Base, folder: Path, cache: Path, tmp_path: Path) -> None:
    (kept,) = cache.glob("*.npz")
    (tmp_path / kept.name).write_bytes(b"no archive")
    with pytest.raises(StoreError, match="damaged"):
        load_validation(folder, shipped, tmp_path)


def test_too_few_recordings_are_refused(shipped: Base, voices: Path, tmp_path: Path) -> None:
    few = few_voices(voices, tmp_path, ["rav17"], each=6)
    with pytest.raises(UsageError, match="the gate needs 10 of each"):
        load_validation(few, shipped, tmp_path / "kept")
