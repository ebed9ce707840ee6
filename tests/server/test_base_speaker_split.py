"""Nobody is on two sides, and whoever tries is told."""

import shutil
from pathlib import Path

import pytest

from tests.server.base_voices import write_voices
from vsr_server.base.images import images_of
from vsr_server.base.speaker_split import SpeakerSplit, check_no_leak, check_unheard, split_speakers
from vsr_server.corpora.fingerprints import data_hash, fingerprints
from vsr_server.corpora.read import read_corpora
from vsr_shared.audio.spectrogram import SpectrogramSpec
from vsr_shared.errors import UsageError


def test_every_recording_lands_on_the_side_of_its_speaker(tmp_path: Path) -> None:
    voices = read_corpora(write_voices(tmp_path))
    split = split_speakers(voices, ["c"], ["d"])
    assert {voices[i].speaker for i in split.train} == {"a", "b"}
    assert {voices[i].speaker for i in split.validate} == {"c"}
    assert {voices[i].speaker for i in split.test} == {"d"}
    assert len(split.train) + len(split.validate) + len(split.test) == len(voices)
    check_no_leak(voices, fingerprints(voices), split)


@pytest.mark.parametrize(
    ("validate", "test", "says"),
    [
        (["c"], ["c"], "both validate and test"),
        (["c"], ["nobody"], "nobody are not in"),
        ([], ["d"], "validation needs"),
        (["a", "b", "c"], ["d"], "training needs"),
    ],
)
def test_a_split_that_cannot_be_is_refused(tmp_path: Path, validate: list[str], test: list[str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        split_speakers(read_corpora(write_voices(tmp_path)), validate, test)


def test_a_speaker_on_two_sides_is_a_leak(tmp_path: Path) -> None:
    voices = read_corpora(write_voices(tmp_path))
    with pytest.raises(UsageError, match=r"leak: speaker\(s\) a are in training and in test"):
        check_no_leak(voices, fingerprints(voices), SpeakerSplit((0, 1, 2), (12, 13), (3, 4)))


def test_the_same_recording_under_another_speakers_name_is_a_leak(tmp_path: Path) -> None:
    folder = write_voices(tmp_path)
    shutil.copy(folder / "a-1.wav", folder / "d-1.wav")
    voices = read_corpora(folder)
    with pytest.raises(UsageError, match=r"leak: 1 recording\(s\) of test, such as d-1.wav"):
        check_no_leak(voices, fingerprints(voices), split_speakers(voices, ["c"], ["d"]))


def test_a_base_is_not_tested_on_whom_it_heard(tmp_path: Path) -> None:
    voices = read_corpora(write_voices(tmp_path))
    check_unheard(["somebody"], voices)
    with pytest.raises(UsageError, match="trained or validated on b"):
        check_unheard(["b", "somebody"], voices)


def test_the_hash_of_the_data_sees_labels_but_not_order(tmp_path: Path) -> None:
    voices = read_corpora(write_voices(tmp_path))
    prints = fingerprints(voices)
    assert data_hash(voices, prints) == data_hash(voices[::-1], prints[::-1])
    assert data_hash(voices, prints) != data_hash(voices[1:], prints[1:])


def test_recordings_that_cannot_be_heard_are_named_all_at_once(tmp_path: Path) -> None:
    folder = write_voices(tmp_path / "voices")
    (folder / "a-0.wav").write_bytes(b"not sound")
    (folder / "b-0.wav").write_bytes(b"")
    voices = read_corpora(folder)
    with pytest.raises(UsageError, match=r"2 recording\(s\) cannot be heard .*a-0.wav.*b-0.wav"):
        images_of(voices, fingerprints(voices), SpectrogramSpec(), tmp_path / "cache")


def test_images_are_made_once_and_again_when_a_recording_changes(tmp_path: Path) -> None:
    folder = write_voices(tmp_path / "voices")
    voices, spec, cache = read_corpora(folder), SpectrogramSpec(), tmp_path / "cache"
    first = images_of(voices, fingerprints(voices), spec, cache)
    assert first.pictures.shape == (24, 64, 87)
    assert (images_of(voices, fingerprints(voices), spec, cache).pictures == first.pictures).all()
    assert len(list(cache.iterdir())) == 1
    shutil.copy(folder / "a-0.wav", folder / "a-1.wav")
    assert not (images_of(voices, fingerprints(voices), spec, cache).pictures == first.pictures).all()
