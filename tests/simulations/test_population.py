"""Users of a simulation: real audio files, and nothing said on both sides."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from vsr_server.corpora.manifest import voices_folder
from vsr_shared.emotions import Emotion, Polarity
from vsr_shared.errors import StoreError, UsageError
from vsr_simulations.generator import RATE, Speaker, speaker, utter
from vsr_simulations.population import generated_users, recorded_users


@pytest.fixture
def voices() -> Path:
    folder = voices_folder()
    if folder is None:
        pytest.skip("no recordings: set VSR_VOICES or put them beside the repository")
    return folder


def test_generated_users_have_balanced_files_that_can_be_read(tmp_path: Path) -> None:
    users = generated_users(seed=5, count=2, clips=16, folder=tmp_path)
    assert [user.name for user in users] == ["voice00000", "voice00001"]
    for user in users:
        for half in (user.teach, user.held_out):
            assert Counter(clip.emotion for clip in half) == dict.fromkeys(Emotion, 2)
            assert Counter(clip.polarity for clip in half) == dict.fromkeys(Polarity, 8)
        for clip in user.teach + user.held_out:
            found = soundfile.info(clip.path)
            assert (found.samplerate, found.channels, found.subtype) == (RATE, 1, "PCM_16")
            assert found.duration == pytest.approx(clip.seconds)
    paths = [clip.path for user in users for clip in user.teach + user.held_out]
    assert len(set(paths)) == 64
    assert sorted(paths) == sorted(tmp_path.rglob("*.flac"))


def test_generated_users_are_judged_by_sentences_they_did_not_teach(tmp_path: Path) -> None:
    (user,) = generated_users(seed=5, count=1, clips=8, folder=tmp_path)
    assert not {clip.sentence for clip in user.teach} & {clip.sentence for clip in user.held_out}


def test_the_files_hold_what_the_generator_says(tmp_path: Path) -> None:
    (user,) = generated_users(seed=5, count=1, clips=8, folder=tmp_path)
    wave, _ = soundfile.read(user.teach[0].path, dtype="float32")
    said = utter(speaker(5, 0), user.teach[0].emotion, 0, sentence=1)
    np.testing.assert_allclose(wave, said, atol=2**-14)


def test_a_larger_population_keeps_those_who_were_there(tmp_path: Path) -> None:
    generated_users(seed=5, count=1, clips=8, folder=tmp_path / "small")
    generated_users(seed=5, count=2, clips=8, folder=tmp_path / "large")
    small = sorted((tmp_path / "small").rglob("*.flac"))
    assert len(small) == 16
    for path in small:
        assert path.read_bytes() == (tmp_path / "large" / path.relative_to(tmp_path / "small")).read_bytes()


def test_changed_voices_are_the_same_people_with_other_sounds(tmp_path: Path) -> None:
    def with_a_cold(one: Speaker) -> Speaker:
        return replace(one, pitch=0.9 * one.pitch, breath=one.breath + 6)

    (before,), (after,) = (
        generated_users(seed=5, count=1, clips=8, folder=tmp_path / name, changed=changed)
        for name, changed in (("before", lambda one: one), ("after", with_a_cold))
    )
    assert before.name == after.name
    assert [clip.sentence for clip in before.teach] == [clip.sentence for clip in after.teach]
    assert before.teach[0].path.read_bytes() != after.teach[0].path.read_bytes()


def test_populations_that_cannot_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least one user"):
        generated_users(seed=0, count=0, clips=8, folder=tmp_path)
    for clips in (0, 12, -8):
        with pytest.raises(UsageError, match="multiple of 8"):
            generated_users(seed=0, count=1, clips=clips, folder=tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot make the folder"):
        generated_users(seed=0, count=1, clips=8, folder=tmp_path / "file")
    (tmp_path / "voice00000" / "01-neutral-00.flac").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"cannot write .*01-neutral-00"):
        generated_users(seed=0, count=1, clips=8, folder=tmp_path)


def test_recorded_users_teach_one_sentence_and_are_judged_by_the_other(voices: Path) -> None:
    users = recorded_users(voices, ["rav17", "rav18", "rav19", "rav20"])
    assert [user.name for user in users] == ["rav17", "rav18", "rav19", "rav20"]
    for user in users:
        assert {clip.sentence for clip in user.teach} == {"01"}
        assert {clip.sentence for clip in user.held_out} == {"02"}
        assert (len(user.teach), len(user.held_out)) == (30, 30)
        assert {clip.speaker for clip in user.teach + user.held_out} == {user.name}
        assert all(soundfile.info(clip.path).samplerate == RATE for clip in user.teach[:2])


def test_where_there_are_many_sentences_half_of_them_teach(voices: Path) -> None:
    (user,) = recorded_users(voices, ["nemoKS0"])
    teach, held_out = ({clip.sentence for clip in half} for half in (user.teach, user.held_out))
    assert not teach & held_out
    assert abs(len(teach) - len(held_out)) <= 1 and len(teach) > 20
    assert len({clip.polarity for clip in user.teach}) == 2


def test_recorded_users_that_cannot_be_are_refused(voices: Path) -> None:
    with pytest.raises(UsageError, match=r"no speaker rav99 in .*; there are nemoEB0"):
        recorded_users(voices, ["rav17", "rav99"])
    with pytest.raises(UsageError, match="urduM5's clips cannot be split"):
        recorded_users(voices, ["urduM5"])
    with pytest.raises(UsageError, match="asked for twice"):
        recorded_users(voices, ["rav17", "rav17"])
