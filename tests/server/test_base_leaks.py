"""Nobody is tested whom the base heard, and nothing that was heard counts as new, whatever it is called."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.server.base_voices import RATE, tone, write_manifest, write_voices
from vsr_server.base.evaluation.examinees import examinees
from vsr_server.base.kept import keep, kept_rows, read_kept
from vsr_server.base.same_sound import (
    SOUNDS_NOTE,
    check_new,
    check_once,
    sound_marks,
    sound_print,
    sound_prints,
)
from vsr_server.base.speaker_split import check_no_leak, split_speakers
from vsr_server.corpora.clip import Clip
from vsr_server.corpora.fingerprints import fingerprints
from vsr_server.corpora.read import read_corpora
from vsr_shared.audio.spectrogram import SpectrogramSpec
from vsr_shared.base import BaseManifest
from vsr_shared.errors import StoreError, UsageError


def heard_by_base(*speakers: str, **notes: object) -> BaseManifest:
    return BaseManifest("b", "trained", SpectrogramSpec(), {}, heard=speakers, notes=notes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_voices(tmp_path / "voices")


def sounds_of(voices: tuple[Clip, ...], cache: Path) -> tuple[str, ...]:
    return sound_prints(voices, fingerprints(voices), cache)


def test_whom_the_base_heard_is_left_out(folder: Path) -> None:
    found = examinees(read_corpora(folder), heard_by_base("a", "b", "somebody"))
    assert {voice.speaker for voice in found.tested} == {"c", "d"}
    assert found.left_out == ("a", "b")
    assert not found.marked


def test_to_name_somebody_it_heard_is_refused_and_says_how_to_see_them_all_the_same(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"validated on a.*--mark-heard"):
        examinees(read_corpora(folder), heard_by_base("a"), ["a", "c"])
    with pytest.raises(UsageError, match=r"heard every speaker.*--mark-heard"):
        examinees(read_corpora(folder), heard_by_base("a", "b", "c", "d"))
    with pytest.raises(UsageError, match=r"speaker\(s\) z are not in"):
        examinees(read_corpora(folder), heard_by_base("a"), ["z"], mark_heard=True)


def test_marked_speakers_never_mix_with_the_tested_and_say_how_they_were_heard(folder: Path) -> None:
    base = heard_by_base("a", "b", "c", trained_on=["a"], validated_on=["b"])
    found = examinees(read_corpora(folder), base, mark_heard=True)
    assert {voice.speaker for voice in found.tested} == {"d"}
    assert found.left_out == ()
    marked = {how: {voice.speaker for voice in voices} for how, voices in found.marked.items()}
    assert marked == {
        "heard in training: not a test": {"a"},
        "heard in validation, which chose and calibrated the base: not a test": {"b"},
        "heard in training or validation: not a test": {"c"},
    }
    alone = examinees(read_corpora(folder), base, ["a"], mark_heard=True)
    assert alone.tested == ()
    assert [len(voices) for voices in alone.marked.values()] == [6]


def test_the_same_sound_is_known_in_another_format_name_and_padding(folder: Path) -> None:
    samples, rate = soundfile.read(folder / "a-0.wav", dtype="int16")
    soundfile.write(folder / "x.flac", samples, rate)
    soundfile.write(folder / "y.wav", np.pad(samples, (100, 300)).astype(np.int32) << 16, rate, subtype="PCM_24")
    soundfile.write(folder / "z.wav", samples.astype(np.float32) / 32_768, rate, subtype="FLOAT")
    whole = sound_print(folder / "a-0.wav")
    assert {sound_print(folder / name) for name in ("x.flac", "y.wav", "z.wav")} == {whole}
    soundfile.write(folder / "z.wav", samples[:-1], rate)
    assert sound_print(folder / "z.wav") != whole


def test_a_reencoded_copy_under_another_speakers_name_is_a_leak(folder: Path, tmp_path: Path) -> None:
    samples, rate = soundfile.read(folder / "a-1.wav", dtype="int16")
    soundfile.write(folder / "d-1.wav", samples, rate, format="FLAC")
    voices = read_corpora(folder)
    split = split_speakers(voices, ["c"], ["d"])
    check_no_leak(voices, fingerprints(voices), split)  # their bytes do differ
    with pytest.raises(UsageError, match=r"leak: 1 recording\(s\) of test, such as d-1.wav"):
        check_no_leak(voices, sounds_of(voices, tmp_path), split)


def test_a_recording_counts_once(folder: Path, tmp_path: Path) -> None:
    voices = read_corpora(folder)
    check_once(voices, sounds_of(voices, tmp_path))
    shutil.copy(folder / "c-1.wav", folder / "d-1.wav")
    voices = read_corpora(folder)
    with pytest.raises(UsageError, match=r"c-1.wav of c and d-1.wav of d are the same recording \(1 such"):
        check_once(voices, sounds_of(voices, tmp_path))


def test_a_base_that_lists_what_it_heard_knows_it_in_another_folder(folder: Path, tmp_path: Path) -> None:
    voices = read_corpora(folder)
    marks = sound_marks(sounds_of(voices[:6], tmp_path))
    base = heard_by_base("a", **{SOUNDS_NOTE: marks})
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    soundfile.write(elsewhere / "new.wav", tone(333), RATE)
    shutil.copy(folder / "a-3.wav", elsewhere / "renamed.wav")
    write_manifest(elsewhere, [(f"{name}.wav", "t", "zoe", "female", "sad") for name in ("new", "renamed")])
    others = read_corpora(elsewhere)
    check_new(base, others[:1], sounds_of(others[:1], tmp_path))
    with pytest.raises(UsageError, match=r"made with 1 of these recordings, such as renamed\.wav, under another"):
        check_new(base, others, sounds_of(others, tmp_path))
    check_new(heard_by_base("a"), others, sounds_of(others, tmp_path))  # an older base, which lists nothing


def test_sounds_are_compared_once_a_file(folder: Path, tmp_path: Path) -> None:
    voices = read_corpora(folder)
    prints = fingerprints(voices)
    found = sound_prints(voices, prints, tmp_path)
    gone = [replace(voice, path=tmp_path / "not-there.wav") for voice in voices]
    assert sound_prints(gone, prints, tmp_path) == found
    (folder / "b-0.wav").write_bytes(b"not sound")
    voices = read_corpora(folder)
    with pytest.raises(UsageError, match=r"1 recording\(s\) cannot be heard \(b-0.wav"):
        sound_prints(voices, fingerprints(voices), tmp_path)


def test_only_rows_that_are_not_kept_are_made(tmp_path: Path) -> None:
    asked: list[list[int]] = []

    def make(missing: object) -> np.ndarray:
        asked.append([int(index) for index in np.asarray(missing)])
        return np.array([[10.0 * len(asked) + index] for index in asked[-1]])

    assert kept_rows(tmp_path / "k.npz", ["p", "q"], make).tolist() == [[10.0], [11.0]]
    assert kept_rows(tmp_path / "k.npz", ["r", "q", "p"], make).tolist() == [[20.0], [11.0], [10.0]]
    assert asked == [[0, 1], [0]]


def test_a_damaged_file_is_made_again_and_a_full_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "k.npz").write_bytes(b"PK damaged")
    assert read_kept(tmp_path / "k.npz") is None
    assert kept_rows(tmp_path / "k.npz", ["p"], lambda missing: np.ones((len(missing), 1))).tolist() == [[1.0]]
    with pytest.raises(StoreError, match="choose another --cache"):
        keep(tmp_path / "k.npz" / "below-a-file.npz", {"rows": np.ones(1)})
