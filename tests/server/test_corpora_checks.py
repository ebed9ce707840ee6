"""A check says what a folder holds, beside what was published, and everything that is wrong with it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server import corpora_trees as trees
from tests.server.base_voices import write_manifest, write_voices
from vsr_server.corpora.checks import check
from vsr_server.corpora.report import Finding, Kind, Report
from vsr_shared.errors import UsageError


def savee(folder: Path, *without: str) -> Path:
    return trees.write(folder, [name for name in trees.savee_names("{speaker}_{code}.wav") if name not in without])


def of(report: Report, kind: Kind) -> Finding:
    (finding,) = (each for each in report.findings if each.kind is kind)
    return finding


def test_a_whole_corpus_has_no_problem(tmp_path: Path) -> None:
    report = check(savee(tmp_path))
    assert report.findings == ()
    (count,) = report.corpora
    assert (count.clips, count.published_clips, count.published_speakers) == (480, 480, 4)
    assert count.speakers == dict.fromkeys(("saveeDC", "saveeJE", "saveeJK", "saveeKL"), 120)
    assert count.emotions["neutral"] == 120 and count.emotions["angry"] == 60
    assert count.positive == 240
    assert list(report.lines()) == [
        "savee: 480 of 480 clips, 4 of 4 speakers, 7 emotions",
        f"{tmp_path}: 480 clips of 4 speakers, no problem",
    ]


def test_missing_clips_are_counted_and_named(tmp_path: Path) -> None:
    missing = of(check(savee(tmp_path, "DC_a01.wav", "KL_n30.wav")), Kind.MISSING)
    assert (missing.problem, missing.files) == (True, ("DC_a01", "KL_n30"))
    assert missing.line() == "problem: missing: savee: 2 of 480 clips published (DC_a01, KL_n30)"


def test_a_part_of_each_of_kaggle_s_four_is_told_corpus_by_corpus(tmp_path: Path) -> None:
    report = check(trees.kaggle(tmp_path))
    missing = {finding.says for finding in report.findings if finding.kind is Kind.MISSING}
    assert missing == {
        "crema-d: 7,426 of 7,442 clips published",
        "ravdess: 1,320 of 1,440 clips published",
        "savee: 240 of 480 clips published",
        "tess: 2,772 of 2,800 clips published",
    }


def test_of_tess_a_word_that_one_actress_lacks_is_named(tmp_path: Path) -> None:
    trees.write(tmp_path, [name for name in trees.tess_names() if name != "YAF_sad/YAF_back_sad.wav"])
    missing = of(check(tmp_path), Kind.MISSING)
    assert missing.files == ("YAF_back_sad",)
    assert missing.says.startswith("tess: 2,773 of 2,800")


def test_extra_files_and_extra_clips_are_problems(tmp_path: Path) -> None:
    trees.write(savee(tmp_path), ["DC_a16.wav", "hello.wav"])
    extra = {(each.says.split(": ")[0], each.files) for each in check(tmp_path).problems if each.kind is Kind.EXTRA}
    assert extra == {
        ("savee", ("DC_a16",)),
        ("1 sound file(s) in no manifest and of no known corpus; they are passed over", ("hello.wav",)),
    }


def test_copies_are_noted_and_contradictions_are_problems(tmp_path: Path) -> None:
    savee(tmp_path)
    trees.write(tmp_path / "again", trees.savee_names("{speaker}_{code}.wav", ("DC",)))
    report = check(tmp_path)
    copies = of(report, Kind.COPY)
    assert (copies.problem, len(copies.files)) == (False, 120)
    assert report.corpora[0].clips == 480
    (tmp_path / "again" / "DC_a01.wav").write_bytes(trees.wav(0))
    contradiction = of(check(tmp_path), Kind.DUPLICATE)
    assert (contradiction.problem, contradiction.files) == (True, ("again/DC_a01.wav",))


@pytest.mark.parametrize(
    ("other", "problem"),
    [("KL_a01.wav", True), ("DC_n01.wav", True), ("DC_d01.wav", False)],
    ids=["another speaker", "another polarity", "another emotion of the same polarity"],
)
def test_one_recording_under_two_names(tmp_path: Path, other: str, problem: bool) -> None:
    savee(tmp_path)
    shutil.copy(tmp_path / "DC_a01.wav", tmp_path / other)
    twice = of(check(tmp_path), Kind.DUPLICATE)
    assert (twice.problem, set(twice.files)) == (problem, {"DC_a01.wav", other})
    assert "saveeDC, angry" in twice.says


def cut(wav: bytes) -> bytes:
    return wav[:-600]


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda _: b"", "empty (0 bytes)"),
        (lambda _: b"<html>not found</html>", "not sound"),
        (cut, "cut off"),
        (lambda wav: wav[:40] + bytes(4), "no samples"),
        (lambda _: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "pointer of Git LFS"),
    ],
    ids=["empty", "web page", "cut", "header alone", "Git LFS"],
)
def test_files_that_cannot_be_read(tmp_path: Path, damage: Callable[[bytes], bytes], why: str) -> None:
    path = savee(tmp_path) / "DC_a01.wav"
    path.write_bytes(damage(path.read_bytes()))
    unreadable = of(check(tmp_path), Kind.UNREADABLE)
    assert (unreadable.problem, unreadable.files) == (True, ("DC_a01.wav",))
    assert why in unreadable.says


def test_unknown_labels_are_problems_and_song_is_a_note(tmp_path: Path) -> None:
    trees.write(tmp_path, [*trees.ravdess_names(), "03-01-09-01-01-01-01.wav", "03-02-03-01-01-01-01.wav"])
    report = check(tmp_path)
    unknown, song = of(report, Kind.UNKNOWN_LABEL), of(report, Kind.LEFT_OUT)
    assert (unknown.problem, unknown.files) == (True, ("03-01-09-01-01-01-01.wav",))
    assert (song.problem, song.files) == (False, ("03-02-03-01-01-01-01.wav",))


def test_one_speaker_only(tmp_path: Path) -> None:
    assert of(check(write_voices(tmp_path, ("anna",))), Kind.ONE_SPEAKER).problem


def test_one_class_only(tmp_path: Path) -> None:
    folder = write_voices(tmp_path, ("anna", "ben"))
    write_manifest(folder, [(f"{who}-0.wav", "tones", who, "female", "sad") for who in ("anna", "ben")])
    report = check(folder)
    assert of(report, Kind.ONE_CLASS).says == "every clip is negative; there is nothing to tell apart"


def test_a_name_that_two_corpora_give_to_a_speaker(tmp_path: Path) -> None:
    write_voices(tmp_path / "a", ("anna", "ben"))
    folder = write_voices(tmp_path / "b", ("anna", "eve"), clips=2)
    write_manifest(folder, [(f"{who}-0.wav", "others", who, "female", "sad") for who in ("anna", "eve")])
    assert of(check(tmp_path), Kind.SHARED_SPEAKER).says.startswith("speaker anna is in others and tones")


def test_every_fault_of_a_manifest_is_reported_at_once(tmp_path: Path) -> None:
    folder = write_voices(tmp_path, ("anna", "ben"))
    rows = [(f"{who}-{k}.wav", "tones", who, "female", "happy" if k % 2 else "sad") for who in "ab" for k in range(2)]
    rows = [(name.replace("a-", "anna-").replace("b-", "ben-"), *rest) for name, *rest in rows]
    faults = [
        ("gone.wav", "tones", "anna", "female", "sad"),
        ("anna-0.wav", "tones", "anna", "female", "sad"),
        ("anna-2.wav", "tones", "anna", "female", "bored"),
        ("../anna-3.wav", "tones", "anna", "female", "sad"),
        ("anna-4.wav", "tones", "", "female", "sad"),
    ]
    write_manifest(folder, [*rows, *faults])
    report = check(folder)
    assert of(report, Kind.MISSING).files == ("gone.wav",)
    assert of(report, Kind.DUPLICATE).files == ("anna-0.wav",)
    assert of(report, Kind.UNKNOWN_LABEL).files == ("anna-2.wav",)
    assert of(report, Kind.WRONG_ROW).files == ("../anna-3.wav", "anna-4.wav")
    assert "line 9" in of(report, Kind.WRONG_ROW).says
    assert set(of(report, Kind.EXTRA).files) == {"anna-3.wav", "anna-5.wav", *(f"ben-{k}.wav" for k in range(2, 6))}
    assert report.corpora[0].clips == 4


def test_a_report_is_json(tmp_path: Path) -> None:
    told = json.loads(json.dumps(check(savee(tmp_path, "DC_a01.wav")).to_dict()))
    assert told["ok"] is False
    assert told["corpora"][0]["clips"] == 479
    assert told["findings"][0]["kind"] == "missing"
    assert told["findings"][0]["files"] == ["DC_a01"]


@pytest.mark.parametrize(
    ("made", "complaint"), [(False, "is not a folder"), (True, "holds no MANIFEST.csv and no sound")]
)
def test_a_folder_without_sound_is_refused(tmp_path: Path, made: bool, complaint: str) -> None:
    folder = tmp_path / "there"
    if made:
        folder.mkdir()
    with pytest.raises(UsageError, match=complaint):
        check(folder)


def test_the_real_recordings_have_no_problem(voices: Path) -> None:
    report = check(voices)
    assert report.problems == ()
    assert {count.corpus: (count.clips, len(count.speakers)) for count in report.corpora} == {
        "nemo": (1317, 9),
        "ravdess": (1199, 20),
        "turev": (1735, 6),
        "urdu": (400, 29),
    }
    assert {finding.kind for finding in report.findings} == {Kind.PART}
