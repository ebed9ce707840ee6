"""Every layout that people have is read, each clip once."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.server import corpora_trees as trees
from tests.server.base_voices import write_voices
from vsr_server.corpora.found import find_clips
from vsr_server.corpora.read import read_corpora
from vsr_shared.emotions import Emotion
from vsr_shared.errors import UsageError


def test_the_four_corpora_of_kaggle_in_one_folder(tmp_path: Path) -> None:
    clips = read_corpora(trees.kaggle(tmp_path))
    assert Counter(clip.corpus for clip in clips) == {"crema-d": 12, "ravdess": 120, "savee": 240, "tess": 28}
    speakers = {"crema1001", "crema1002", "rav01", "rav02", "saveeDC", "saveeKL", "tessOAF", "tessYAF"}
    assert {clip.speaker for clip in clips} == speakers
    assert {clip.emotion for clip in clips} == set(Emotion)
    assert all(clip.path.is_file() for clip in clips)
    assert read_corpora(tmp_path) == clips


@pytest.mark.parametrize(
    ("names", "corpus", "count"),
    [
        ([f"AudioWAV/{name}" for name in trees.crema_names()], "crema-d", 12),
        (trees.tess_names(), "tess", 28),
        ([Path(name).name for name in trees.tess_names()], "tess", 28),
        (trees.savee_names("AudioData/{speaker}/{code}.wav"), "savee", 480),
        (trees.savee_names("ALL/{speaker}_{code}.wav"), "savee", 480),
        (trees.ravdess_names(), "ravdess", 120),
        ([f"Audio_Speech_Actors_01-24/{name}" for name in trees.ravdess_names()], "ravdess", 120),
    ],
)
def test_each_corpus_own_archive(tmp_path: Path, names: list[str], corpus: str, count: int) -> None:
    clips = read_corpora(trees.write(tmp_path, names))
    assert Counter(clip.corpus for clip in clips) == {corpus: count}


def test_a_set_that_is_nested_in_itself_counts_once(tmp_path: Path) -> None:
    nested = "TESS Toronto emotional speech set data"
    trees.write(tmp_path / nested, trees.tess_names())
    trees.write(tmp_path / nested / nested, trees.tess_names())
    trees.write(tmp_path / "ravdess", trees.ravdess_names((1,)))
    trees.write(tmp_path / "ravdess" / "audio_speech_actors_01-24", trees.ravdess_names((1,)))
    found = find_clips(tmp_path)
    assert Counter(clip.corpus for clip in found.clips) == {"tess": 28, "ravdess": 60}
    assert len(found.others) == 88
    assert not any(other.differs for other in found.others)
    assert all(str(clip.path).count(nested) < 2 for clip in found.clips)


def test_another_format_of_a_clip_counts_once_and_wav_comes_first(tmp_path: Path) -> None:
    trees.write(tmp_path / "AudioWAV", trees.crema_names())
    (tmp_path / "AudioMP3").mkdir()
    for name in trees.crema_names():
        (tmp_path / "AudioMP3" / name).with_suffix(".mp3").write_bytes(b"ID3 other bytes")
    clips = read_corpora(tmp_path)
    assert {clip.path.suffix for clip in clips} == {".wav"}
    assert len(clips) == 12


def test_two_files_that_differ_and_are_the_same_clip_are_refused(tmp_path: Path) -> None:
    trees.write(tmp_path, trees.ravdess_names((1,)))
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "03-01-05-02-01-01-01.wav").write_bytes(trees.wav(0))
    with pytest.raises(UsageError, match=r"1 clip\(s\) are there twice and differ"):
        read_corpora(tmp_path)


def test_song_hidden_files_and_folders_of_the_mac_are_passed_over(tmp_path: Path) -> None:
    trees.write(tmp_path, trees.ravdess_names((1,)))
    trees.write(tmp_path / "Song", ["03-02-03-01-01-01-01.wav"])
    trees.write(tmp_path / "__MACOSX" / "Actor_01", ["03-01-05-02-01-01-02.wav"])
    trees.write(tmp_path / ".cache", ["03-01-05-02-01-01-03.wav"])
    (tmp_path / "Actor_01" / "._03-01-05-02-01-01-01.wav").write_bytes(b"finder")
    assert {clip.speaker for clip in read_corpora(tmp_path)} == {"rav01"}


def test_manifests_in_folders_beside_known_layouts(tmp_path: Path) -> None:
    write_voices(tmp_path / "mine", ("anna", "ben"))
    trees.write(tmp_path / "Savee", trees.savee_names("{speaker}_{code}.wav", ("JE",)))
    clips = read_corpora(tmp_path)
    assert Counter(clip.corpus for clip in clips) == {"tones": 12, "savee": 120}


def test_a_manifest_has_the_last_word_on_its_folder(tmp_path: Path) -> None:
    write_voices(tmp_path, ("anna", "ben"))
    trees.write(tmp_path / "Savee", trees.savee_names("{speaker}_{code}.wav", ("JE",)))
    assert {clip.corpus for clip in read_corpora(tmp_path)} == {"tones"}


def test_a_faulty_manifest_below_is_not_passed_over(tmp_path: Path) -> None:
    folder = write_voices(tmp_path / "mine", ("anna",))
    (folder / "anna-0.wav").unlink()
    with pytest.raises(UsageError, match=r"line 2: 'anna-0.wav' is not there"):
        read_corpora(tmp_path)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("1001_DFA_BOR_XX.wav", r"1 file\(s\) have a label that crema-d does not know"),
        ("hello.wav", "no MANIFEST.csv in .*, and no files named as in crema-d, tess"),
    ],
)
def test_a_folder_that_gives_no_labels_is_refused(tmp_path: Path, name: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        read_corpora(trees.write(tmp_path, [name]))


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        read_corpora(tmp_path / "nowhere")


def test_the_same_recordings_from_manifest_and_archive_count_once(tmp_path: Path) -> None:
    trees.write(tmp_path / "archive", trees.ravdess_names((1,)))
    shared = tmp_path / "shared"
    shared.mkdir()
    name = "03-01-05-02-01-01-01.wav"
    shutil.copy(tmp_path / "archive" / "Actor_01" / name, shared / name)
    row = f"file,corpus,speaker,gender,emotion\n{name},ravdess,rav01,male,angry\n"
    (shared / "MANIFEST.csv").write_text(row, encoding="utf-8")
    assert len(read_corpora(tmp_path)) == 60
