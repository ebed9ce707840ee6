"""The commands of `vsr-server base`: what they write, what they refuse, and how they say it."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from tests.server.base_voices import RATE, tone, write_manifest, write_voices
from vsr_server.base.cli import app
from vsr_server.base.evaluation.evaluate import base_probabilities
from vsr_server.base.folds import speaker_folds, validators
from vsr_server.base.training.assemble import Origins, assemble, calibrate
from vsr_server.base.training.recipe import Recipe
from vsr_server.base.training.run import load_data
from vsr_server.base.training.train import predict
from vsr_server.base.training.training_network import shipped_part, training_network
from vsr_server.base.who import Who
from vsr_server.corpora.read import read_corpora
from vsr_server.microphones.catalogue import MICROPHONES
from vsr_shared.audio.spectrogram import SpectrogramSpec
from vsr_shared.base import read_base, write_base
from vsr_shared.errors import UsageError
from vsr_shared.find_base import SEED, _cache_path
from vsr_shared.learning.measure import plain_measure

SPEAKERS = ("a", "b", "c", "d", "e", "f")


def vsr(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(result.exception, UsageError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_voices(tmp_path_factory.mktemp("voices"), SPEAKERS, clips=4)


@dataclass(frozen=True)
class Made:
    """A DenseNet201 nobody trained, the base made of it, and what both say of the validation recordings."""

    file: Path
    by_keras: np.ndarray
    by_base: np.ndarray


@pytest.fixture(scope="module")
def made(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("base")
    data, split = load_data(recordings, Who(["d"], ["e", "f"]), folder / "images", lambda _: None)
    spec, recipe = SpectrogramSpec(), Recipe()
    network = shipped_part(training_network(recipe, spec.shape))
    temperature = calibrate(network, data)
    base = assemble(
        network, plain_measure(), data.voices, Origins(recipe, data.hash, data.marks, split, ()), temperature, spec
    )
    (folder / "base.vsr").write_bytes(write_base(base))
    return Made(folder / "base.vsr", predict(network, data.validate)[1], base_probabilities(base, data.validate)[1])


@pytest.fixture(scope="module")
def base_file(made: Made) -> Path:
    return made.file


def evaluate(recordings: Path, base_file: Path, *more: str | Path) -> str:
    return vsr("evaluate", "--voices", recordings, "--base", base_file, "--cache", base_file.parent / "images", *more)


def test_a_base_is_evaluated_on_those_it_never_heard_beside_all_it_must_beat(recordings: Path, base_file: Path) -> None:
    # Nobody trained this base either, and to build another one takes a minute.
    shutil.copy(base_file, _cache_path(base_file.parent / "images", {"random": SEED}))
    found = json.loads(evaluate(recordings, base_file, "--json"))
    assert found["left_out"] == ["a", "b", "c", "d"]
    assert set(found["ways"]) == {"base", "majority", "MFCC + linear", "MFCC + SVM", "untrained + linear"}
    assert {name: way["overall"]["count"] for name, way in found["ways"].items()} == dict.fromkeys(found["ways"], 8)
    assert set(found["ways"]["base"]["speakers"]) == {"e", "f"}
    assert found["ways"]["majority"]["overall"]["uar"] == 0.5
    assert found["ways"]["MFCC + SVM"]["overall"]["uar"] == 1.0
    assert found["remarks"] == []
    assert list((base_file.parent / "images").glob("untrained-*.npz"))


def test_the_same_in_words_with_a_picture(recordings: Path, base_file: Path, tmp_path: Path) -> None:
    words = evaluate(recordings, base_file, "--pictures", tmp_path / "p.png", "--no-features")
    assert "8 recordings (4 positive) of 2 speaker(s) whom this base never heard" in words
    assert "left out, because this base was made with them: 4 speakers" in words
    assert "MFCC" not in words
    assert (tmp_path / "p.png").exists()


def test_the_same_recordings_by_microphone(recordings: Path, base_file: Path) -> None:
    found = json.loads(evaluate(recordings, base_file, "--microphones", "--no-untrained", "--json"))
    assert list(found["microphones"]) == [microphone.name for microphone in MICROPHONES]
    assert found["microphones"]["studio"]["base"] == found["ways"]["base"]
    assert found["microphones"]["phone call"]["MFCC + SVM"]["overall"]["count"] == 8
    assert found["microphones"]["phone call"]["base"]["overall"]["nll"] != found["ways"]["base"]["overall"]["nll"]


def test_whom_it_heard_is_shown_apart_and_marked(recordings: Path, base_file: Path) -> None:
    found = json.loads(evaluate(recordings, base_file, "--mark-heard", "--no-features", "--json"))
    heard = {how: set(way["speakers"]) for how, way in found["not_a_test"].items()}
    assert heard == {
        "heard in training: not a test": {"a", "b", "c"},
        "heard in validation, which chose and calibrated the base: not a test": {"d"},
    }
    assert set(found["ways"]["base"]["speakers"]) == {"e", "f"}
    words = evaluate(recordings, base_file, "--mark-heard", "--no-features", "--speaker", "a")
    assert "HEARD IN TRAINING: NOT A TEST" in words
    assert "note: nobody was tested" in words


@pytest.mark.parametrize(("speakers", "says"), [("a,e", "validated on a"), ("z", "z are not in")])
def test_whom_it_heard_or_who_is_not_there_cannot_be_tested(
    recordings: Path, base_file: Path, speakers: str, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        evaluate(recordings, base_file, "--speaker", speakers)


def test_a_copy_of_what_it_heard_under_another_name_stops_the_evaluation(
    recordings: Path, base_file: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(recordings, tmp_path / "voices")
    samples, rate = soundfile.read(folder / "a-1.wav", dtype="int16")
    soundfile.write(folder / "e-1.wav", samples, rate, format="FLAC")
    with pytest.raises(UsageError, match=r"leak: 1 recording\(s\) of test, such as e-1.wav, are in training too"):
        evaluate(folder, base_file)


def test_recordings_that_can_say_little_are_said_to(recordings: Path, base_file: Path, tmp_path: Path) -> None:
    one = tmp_path / "one"
    one.mkdir()
    soundfile.write(one / "zoe.wav", tone(333), RATE)
    write_manifest(one, [("zoe.wav", "tones", "zoe", "female", "sad")])
    words = evaluate(one, base_file)
    assert "note: no baselines: nobody the base was made with is in this folder" in words
    assert "note: UAR and AUROC cannot be said: all recordings are negative" in words
    assert "note: how far others are from this cannot be said: there is one speaker" in words
    beside = json.loads(evaluate(one, base_file, "--known", recordings, "--no-untrained", "--json"))
    assert set(beside["ways"]) == {"base", "majority", "MFCC + linear", "MFCC + SVM"}
    assert beside["ways"]["base"]["overall"]["uar"] is None


def test_a_small_network_is_trained_by_command(recordings: Path, tmp_path: Path) -> None:
    words = train(recordings, tmp_path, "--backbone", "small_cnn", "--steps", "2", "--test", "f")
    assert "step 2: loss" in words
    assert json.loads((tmp_path / "out" / "result.json").read_text())["steps"] == 2
    assert not (tmp_path / "out" / "vsr-base.vsr").exists()  # only a DenseNet201 can ship
    with pytest.raises(UsageError, match="no backbone 'vgg'"):
        train(recordings, tmp_path, "--backbone", "vgg", "--test", "f")


def train(recordings: Path, folder: Path, *more: str) -> str:
    places = ("--voices", recordings, "--out", folder / "out", "--cache", folder / "images")
    return vsr("train", *places, "--validate", "e", *more)


def test_folds_are_trained_by_command_each_without_its_speakers(recordings: Path, tmp_path: Path) -> None:
    places = ("--voices", recordings, "--out", tmp_path, "--cache", tmp_path / "images")
    words = vsr("train", *places, "--folds", "2", "--backbone", "small_cnn", "--steps", "2")
    assert "fold 2 of 2: without" in words
    assert "only a DenseNet201 becomes one" in words
    assert [(tmp_path / f"fold-{n}" / "result.json").exists() for n in (1, 2)] == [True, True]
    with pytest.raises(UsageError, match="no corpus klingon"):
        vsr("train", *places, "--folds", "2", "--fold-corpus", "klingon")


def test_backbones_are_compared_beside_features(recordings: Path, tmp_path: Path) -> None:
    places = ("--voices", recordings, "--out", tmp_path, "--cache", tmp_path / "images")
    words = vsr("compare", *places, "--backbones", "small_cnn", "--validate", "e", "--test", "f", "--steps", "2")
    rows = [line.split("  ")[0].rstrip() for line in words.splitlines()[-4:]]
    assert rows == ["majority", "MFCC + linear", "MFCC + SVM", "small_cnn"]
    assert (tmp_path / "comparison.png").exists()


def test_folds_hold_every_speaker_once_and_validation_lies_outside(recordings: Path) -> None:
    voices = read_corpora(recordings)
    folds = speaker_folds(voices, 3)
    assert sorted(name for fold in folds for name in fold) == list(SPEAKERS)
    assert folds == speaker_folds(voices[::-1], 3)
    for fold in folds:
        chosen = validators(voices, fold, 1)
        assert len(chosen) == 1
        assert not set(chosen) & set(fold)
    with pytest.raises(UsageError, match="7 folds cannot be made of 6"):
        speaker_folds(voices, 7)


def test_a_densenet_becomes_a_base_that_says_the_same_and_whom_it_heard(made: Made) -> None:
    assert np.abs(made.by_base - made.by_keras).max() < 0.005  # the trunk's weights are float16
    manifest = read_base(made.file.read_bytes()).manifest
    assert manifest.heard == ("a", "b", "c", "d")
    assert manifest.notes["validated_on"] == ["d"]
    assert manifest.notes["recipe"]["seed"] == 1
    assert_plain(manifest.notes)


def assert_plain(value: object) -> None:
    """Only what JSON keeps, so that the manifest reads back as it was written."""
    if isinstance(value, dict):
        for item in value.values():
            assert_plain(item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            assert_plain(item)
    else:
        assert value is None or isinstance(value, (str, int, float, bool))
