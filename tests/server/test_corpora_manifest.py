"""A folder of recordings says what it holds, and is not believed where that cannot be."""

from collections import Counter
from pathlib import Path

import pytest

from vsr_server.corpora.manifest import read_manifest, voices_folder
from vsr_shared.emotions import Emotion, Polarity
from vsr_shared.errors import UsageError

HEADER = "file,corpus,speaker,gender,emotion,seconds,original_sample_rate\n"
ROW = "ravdess/03-01-05-02-01-01-12.flac,ravdess,rav12,female,angry,3.303,48000\n"


def folder_of(root: Path, text: str, *files: str) -> Path:
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    (root / "MANIFEST.csv").write_text(text, encoding="utf-8")
    return root


def test_a_row_becomes_a_clip(tmp_path: Path) -> None:
    (clip,) = read_manifest(folder_of(tmp_path, HEADER + ROW, "ravdess/03-01-05-02-01-01-12.flac"))
    assert clip.path == tmp_path / "ravdess" / "03-01-05-02-01-01-12.flac"
    assert (clip.corpus, clip.speaker, clip.gender) == ("ravdess", "rav12", "female")
    assert (clip.emotion, clip.polarity, clip.seconds) == (Emotion.ANGRY, Polarity.NEGATIVE, 3.303)
    assert (clip.sentence, clip.session) == ("01", "01")


def test_names_tell_the_sentence_of_their_own_corpus_alone(tmp_path: Path) -> None:
    row = ROW.replace("ravdess", "other")
    (clip,) = read_manifest(folder_of(tmp_path, HEADER + row, "other/03-01-05-02-01-01-12.flac"))
    assert clip.sentence is None


def test_a_byte_order_mark_and_further_columns_do_no_harm(tmp_path: Path) -> None:
    text = "\ufeff" + HEADER.strip() + ",note\n" + ROW.strip() + ",fine\n"
    assert len(read_manifest(folder_of(tmp_path, text, "ravdess/03-01-05-02-01-01-12.flac"))) == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", r"lacks the column\(s\) file, corpus"),
        (HEADER, "lists no clips"),
        ("file,speaker\na.flac,x\n", r"lacks the column\(s\) corpus, gender, emotion"),
        (HEADER + ROW.replace("angry", "bored"), "line 2: unknown emotion 'bored'; known are neutral, calm"),
        (HEADER + ROW + ROW, "line 3: .*12.flac' is listed twice"),
        (HEADER + ROW + ROW.replace("ravdess/", "./ravdess/"), "listed twice"),
        (HEADER + ROW.replace("ravdess/", "../"), "lies outside"),
        (HEADER + ROW.replace("ravdess/", "/"), "lies outside"),
        (HEADER + ROW.replace("ravdess/03-01-05-02-01-01-12.flac", ""), "lies outside"),
        (HEADER + ROW.replace("rav12", ""), "no speaker"),
        (HEADER + ROW.replace("3.303", "long"), "seconds is 'long'"),
        (HEADER + ROW.replace("3.303", "nan"), "seconds is 'nan'"),
        (HEADER + ROW.replace("3.303", "-1"), "seconds is '-1'"),
        (HEADER + "a.flac,ravdess\n", "line 2: the row has not as many fields"),
        (HEADER + ROW.strip() + ",more\n", "line 2: the row has not as many fields"),
    ],
)
def test_a_manifest_at_fault_is_refused_in_words(tmp_path: Path, text: str, complaint: str) -> None:
    folder = folder_of(tmp_path, text, "ravdess/03-01-05-02-01-01-12.flac")
    with pytest.raises(UsageError, match=complaint):
        read_manifest(folder)


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no MANIFEST\.csv in"):
        read_manifest(tmp_path)


def test_a_manifest_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "MANIFEST.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(UsageError, match="cannot be read"):
        read_manifest(tmp_path)


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.flac").touch()
    (tmp_path / "voices" / "ravdess").mkdir(parents=True)
    (tmp_path / "voices" / "ravdess" / "03-01-05-02-01-01-12.flac").symlink_to(tmp_path / "secret.flac")
    with pytest.raises(UsageError, match="lies outside"):
        read_manifest(folder_of(tmp_path / "voices", HEADER + ROW))


def test_lengths_may_be_left_out(tmp_path: Path) -> None:
    header, row = "file,corpus,speaker,gender,emotion\n", "a.flac,c,s,female,sad\n"
    (clip,) = read_manifest(folder_of(tmp_path, header + row, "a.flac"))
    assert (clip.seconds, clip.sentence, clip.session, clip.positive) == (None, None, None, 0)


def test_sentence_and_session_are_taken_where_the_manifest_has_them(tmp_path: Path) -> None:
    text = "file,corpus,speaker,gender,emotion,sentence,session\na.flac,c,s,female,calm,hello,monday\n"
    (clip,) = read_manifest(folder_of(tmp_path, text, "a.flac"))
    assert (clip.sentence, clip.session, clip.positive) == ("hello", "monday", 1)


def test_one_file_under_two_names_is_listed_twice(tmp_path: Path) -> None:
    (tmp_path / "b.flac").symlink_to("a.flac")
    text = "file,corpus,speaker,gender,emotion\na.flac,c,s,female,sad\nb.flac,c,s,female,sad\n"
    with pytest.raises(UsageError, match="listed twice"):
        read_manifest(folder_of(tmp_path, text, "a.flac"))


def test_missing_clips_are_counted_and_the_first_named(tmp_path: Path) -> None:
    rows = "".join(f"c/{number}.flac,c,s,female,sad,1.0,48000\n" for number in range(6))
    folder = folder_of(tmp_path, HEADER + rows, "c/0.flac")
    with pytest.raises(UsageError, match=r"5 of the 6 clips .* \(c/1.flac, c/2.flac, c/3.flac, \.\.\.\)"):
        read_manifest(folder)


def test_the_folder_named_by_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_of(tmp_path / "named", HEADER, "x")
    monkeypatch.setenv("VSR_VOICES", str(tmp_path / "named"))
    assert voices_folder() == tmp_path / "named"


def test_a_named_folder_that_holds_no_voices_is_an_error_not_a_fall_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VSR_VOICES", str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match="correct it or unset it"):
        voices_folder()


def test_else_voices_are_looked_for_beside_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VSR_VOICES", raising=False)
    within = tmp_path / "checkout" / "docs"
    folder_of(tmp_path / "shared" / "data" / "voices", HEADER, "x")
    folder_of(tmp_path / "checkout", HEADER, "pyproject.toml", "docs/x")
    monkeypatch.chdir(within)
    assert voices_folder() == tmp_path / "shared" / "data" / "voices"


def test_the_real_recordings_are_all_there() -> None:
    folder = voices_folder()
    if folder is None:
        pytest.skip("no recordings: set VSR_VOICES or put them beside the repository")
    clips = read_manifest(folder)
    assert Counter(clip.corpus for clip in clips) == {
        "ravdess": 1199,
        "nemo": 1317,
        "turev": 1735,
        "urdu": 400,
    }
    assert len({clip.speaker for clip in clips}) == 64
    assert {clip.sentence for clip in clips if clip.corpus == "ravdess"} == {"01", "02"}
    unknown = Counter(clip.corpus for clip in clips if clip.sentence is None)
    assert unknown == {"urdu": 400}
