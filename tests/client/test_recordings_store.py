"""The recordings at rest: what is put in comes out, from any process; what is deleted is gone."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
import soundfile

from tests.client.stores import damaged, heard, opened, pcm, recording, start
from vsr_client.store.recordings import KeptRecording, RecordingStore
from vsr_client.store.vault import Vault
from vsr_shared.audio.decode import decode_blocks
from vsr_shared.emotions import Polarity
from vsr_shared.errors import StoreError, UnknownRecording, UsageError


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    monkeypatch.setenv("VSR_PASSPHRASE", "correct horse")
    vault = opened(tmp_path / "data")
    yield vault
    vault.close()


@pytest.fixture
def store(vault: Vault) -> RecordingStore:
    return vault.recordings


def again(vault: Vault) -> Vault:
    """Open the same folder as another process would."""
    return Vault(vault.folder, vault.key)


def test_everything_about_a_recording_comes_back(vault: Vault, store: RecordingStore) -> None:
    full = recording()
    bare = KeptRecording(uuid4().hex, full.recorded, "file", "", 1.0)
    store.add(full, io.BytesIO(b"sound"), b"hash")
    store.add(bare, [b"so", b"und"])
    other = again(vault)
    for seen in (store, other.recordings):
        assert seen.get(full.id) == full
        assert seen.get(bare.id) == bare
        assert seen.get(full.id).recorded.utcoffset() == full.recorded.utcoffset()
    other.close()


def test_the_newest_come_first(store: RecordingStore) -> None:
    some = [recording(number) for number in (2, 0, 1)]
    for one in some:
        store.add(one, [b""])
    assert [one.name[-1] for one in store.all()] == ["2", "1", "0"]


def test_audio_is_streamed_in_and_read_from_any_place(store: RecordingStore) -> None:
    sound, one = np.random.default_rng(0).bytes(1_000_000), recording()
    store.add(one, (sound[first : first + 7777] for first in range(0, len(sound), 7777)))
    with store.audio(one.id) as audio:
        assert audio.read() == sound
        audio.seek(600_000)
        assert audio.read(10) == sound[600_000:600_010]


def test_a_source_that_breaks_leaves_nothing(store: RecordingStore, vault: Vault) -> None:
    def breaks() -> Iterator[bytes]:
        yield b"a beginning"
        raise ConnectionError("the browser went away")

    with pytest.raises((ConnectionError, StoreError)):
        store.add(recording(), breaks())
    assert store.all() == []
    assert list((vault.folder / "audio").iterdir()) == []


def test_an_id_is_taken_once_and_is_never_a_path(store: RecordingStore) -> None:
    one = recording()
    store.add(one, [b"first"])
    with pytest.raises(UsageError, match="already"):
        store.add(one, [b"second"])
    with store.audio(one.id) as audio:
        assert audio.read() == b"first"
    for wrong in ("../key", "", "A" * 32, "0" * 31):
        with pytest.raises(UsageError, match="not an id"):
            store.add(recording(id=wrong), [b""])


def test_fields_are_changed_and_what_is_fixed_is_not(store: RecordingStore, vault: Vault) -> None:
    one = recording()
    store.add(one, [b""])
    changed = store.change(one.id, polarity=Polarity.NEGATIVE, emotion=None, note="")
    assert (changed.polarity, changed.emotion, changed.note, changed.name) == (Polarity.NEGATIVE, None, "", one.name)
    with pytest.raises(UsageError, match="recorded"):
        store.change(one.id, recorded=one.recorded)
    other = again(vault)
    assert other.recordings.get(one.id) == changed
    other.close()


def test_what_is_not_there_is_said(store: RecordingStore) -> None:
    missing = uuid4().hex
    for ask in (store.get, store.delete, store.audio, store.change, store.capture_audio, store.discard_capture):
        with pytest.raises(UnknownRecording, match=missing):
            ask(missing)
    with pytest.raises(UnknownRecording):
        store.put_heard(missing, "base@1", heard())


def test_another_process_changes_are_seen_at_once(vault: Vault, store: RecordingStore) -> None:
    other = again(vault)
    one = recording()
    before = store.version
    other.recordings.add(one, [b""])
    assert store.all() == [one]
    assert store.version > before
    store.change(one.id, note="mine")
    other.recordings.change(one.id, name="theirs")
    assert (store.get(one.id).note, store.get(one.id).name) == ("mine", "theirs")
    before = store.version
    assert store.version == before
    other.recordings.delete(one.id)
    assert store.all() == []
    other.close()


def test_two_processes_change_different_fields_at_once(vault: Vault, store: RecordingStore) -> None:
    other = again(vault)
    one = recording()
    store.add(one, [b""])
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(who.change, one.id, **{field: str(count)})
            for count in range(20)
            for who, field in ((store, "note"), (other.recordings, "name"))
        ]
        for job in jobs:
            job.result()
    assert store.get(one.id) == other.recordings.get(one.id)
    assert {store.get(one.id).note, store.get(one.id).name} <= {str(count) for count in range(20)}
    other.close()


def test_many_threads_at_once(store: RecordingStore) -> None:
    def work(number: int) -> None:
        one = recording(number)
        store.add(one, [bytes([number]) * 1000])
        store.put_heard(one.id, "base@1", heard())
        store.change(one.id, note=str(number))
        with store.audio(one.id) as audio:
            assert audio.read() == bytes([number]) * 1000

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(24)))
    assert sorted(int(one.note) for one in store.all()) == list(range(24))


def test_what_was_heard_comes_back_for_its_base_alone(store: RecordingStore) -> None:
    one, what = recording(), heard(3)
    store.add(one, [b""])
    store.put_heard(one.id, "base@1", what)
    back = store.heard(one.id, "base@1")
    assert back is not None
    for name in ("activations", "statistics", "images"):
        np.testing.assert_array_equal(getattr(back, name), getattr(what, name))
        assert getattr(back, name).dtype == getattr(what, name).dtype
    assert back.times == what.times
    assert store.heard(one.id, "base@2") is None
    assert store.heard_by("base@1") == {one.id}
    store.put_heard(one.id, "base@2", heard(1))
    assert store.heard_by("base@1") == set(), "what an older base heard is of no use any more"


def test_a_sound_is_known_again(store: RecordingStore) -> None:
    one = recording()
    store.add(one, [b""], b"hash of the sound")
    assert store.find(b"hash of the sound") == one
    assert store.find(b"another") is None
    store.delete(one.id)
    assert store.find(b"hash of the sound") is None


def test_deleting_takes_row_key_sound_and_what_was_heard(vault: Vault, store: RecordingStore) -> None:
    kept, gone = recording(0), recording(1)
    for one in (kept, gone):
        store.add(one, [b"sound"])
        store.put_heard(one.id, "base@1", heard())
    sealed_audio = (vault.folder / "audio" / f"{gone.id}.sealed").read_bytes()
    store.delete(gone.id)
    assert store.all() == [kept]
    assert store.heard_by("base@1") == {kept.id}
    assert [path.stem for path in (vault.folder / "audio").iterdir()] == [kept.id]
    vault.close()
    for path in vault.folder.glob("vsr.sqlite*"):
        data = path.read_bytes()
        assert gone.id.encode() not in data
        assert kept.id.encode() in data or path.name != "vsr.sqlite"
    # Who kept a copy of the sealed audio has nothing to open it with.
    reopened = opened(vault.folder)
    (vault.folder / "audio" / f"{gone.id}.sealed").write_bytes(sealed_audio)
    with pytest.raises(UnknownRecording):
        reopened.recordings.audio(gone.id)
    reopened.close()


def test_sound_can_go_while_what_was_heard_stays(vault: Vault, store: RecordingStore) -> None:
    one = recording()
    store.add(one, [b"sound"])
    store.put_heard(one.id, "base@1", heard())
    assert not store.drop_audio(one.id).has_audio
    assert store.heard(one.id, "base@1") is not None
    assert list((vault.folder / "audio").iterdir()) == []
    with pytest.raises(UnknownRecording, match="sound"):
        store.audio(one.id)


def test_audio_of_one_recording_is_not_taken_for_anothers(vault: Vault, store: RecordingStore) -> None:
    one, other = recording(0), recording(1)
    for each in (one, other):
        store.add(each, [b"sound of " + each.name.encode()])
    folder = vault.folder / "audio"
    (folder / f"{one.id}.sealed").write_bytes((folder / f"{other.id}.sealed").read_bytes())
    with pytest.raises(StoreError, match="damaged"):
        store.audio(one.id)


def test_a_row_moved_to_another_place_does_not_open(vault: Vault, store: RecordingStore) -> None:
    import sqlite3

    one, other = recording(0), recording(1)
    for each in (one, other):
        store.add(each, [b""])
    key = vault.key
    vault.close()
    with sqlite3.connect(vault.folder / "vsr.sqlite") as raw:
        raw.execute(
            "UPDATE recording SET meta = (SELECT meta FROM recording WHERE id = ?) WHERE id = ?", (one.id, other.id)
        )
    raw.close()
    moved = Vault(vault.folder, key)
    with pytest.raises(StoreError, match="damaged"):
        moved.recordings.all()
    moved.close()


def test_a_microphones_samples_become_a_recording(store: RecordingStore) -> None:
    begun, samples = start(text="de-1"), pcm(2.3)
    writer = store.begin_capture(begun)
    for first in range(0, len(samples), 10_000):
        writer.write(samples[first : first + 10_000])
    assert writer.seconds == pytest.approx(2.3)
    assert store.running(begun.id) is writer
    assert store.unfinished() == [], "one that runs is not unfinished"
    writer.close()
    with store.capture_audio(begun.id) as wav:
        sound, rate = soundfile.read(wav, dtype="int16")
    assert (sound.astype("<i2").tobytes(), rate) == (samples, 48_000)
    store.keep_capture(recording(id=begun.id), b"hash")
    assert store.unfinished() == []
    with store.audio(begun.id) as wav:
        assert sum(map(len, decode_blocks(wav))) == pytest.approx(2.3 * 22_050, abs=1)
    assert store.find(b"hash") is not None


def test_a_capture_can_be_discarded_while_it_runs_and_after(store: RecordingStore, vault: Vault) -> None:
    running, closed = store.begin_capture(start()), store.begin_capture(start())
    for writer in (running, closed):
        writer.write(pcm(1))
    closed.close()
    for writer in (running, closed):
        store.discard_capture(writer.id)
    assert store.unfinished() == []
    assert list((vault.folder / "audio").iterdir()) == []
    with pytest.raises(UsageError, match="ended"):
        running.write(pcm(1))


def test_closing_the_store_ends_captures_and_keeps_them(vault: Vault, store: RecordingStore) -> None:
    writer = store.begin_capture(start())
    writer.write(pcm(1.7))
    vault.close()
    reopened = opened(vault.folder)
    (left,) = reopened.recordings.unfinished()
    assert (left.start, left.seconds) == (writer.start, pytest.approx(1.7))
    reopened.close()


def test_what_was_recorded_lies_on_the_disk_while_it_is_recorded(vault: Vault, store: RecordingStore) -> None:
    """A killed process loses what it did not write: never more than the last half second."""
    writer = store.begin_capture(start())
    for count in range(1, 30):
        writer.write(pcm(0.1))
        other = again(vault)
        left = other.recordings.unfinished()
        assert sum(one.seconds for one in left) > count * 0.1 - 0.6
        other.close()
    writer.close()


def test_leftovers_of_a_crash_are_taken_away_and_running_work_is_not(vault: Vault, store: RecordingStore) -> None:
    import os

    one, folder = recording(), vault.folder / "audio"
    store.add(one, [b""])
    (folder / f"{uuid4().hex}.sealed").write_bytes(b"never got its row")
    old, young = folder / f".{uuid4().hex}.1.partial", folder / f".{uuid4().hex}.2.partial"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    other = again(vault)
    assert sorted(path.name for path in folder.iterdir()) == sorted([f"{one.id}.sealed", young.name])
    other.close()


def test_damage_is_said(vault: Vault, store: RecordingStore) -> None:
    one = recording()
    store.add(one, [b"sound" * 1000])
    damaged(vault.folder / "audio" / f"{one.id}.sealed", lambda data: data.__setitem__(100, data[100] ^ 1))
    with pytest.raises(StoreError, match="damaged"):
        store.audio(one.id)
