"""A backup holds everything, opens with its passphrase alone, and replaces a folder whole or not at all."""

import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.client.stores import PASSPHRASE, ask, everything_in, heard, opened, recording, start
from vsr_client.store.backup import restore_backup, write_backup
from vsr_client.store.data_key import has_data_key
from vsr_client.store.models import CommonModels
from vsr_client.store.recordings import KeptRecording
from vsr_client.store.unfinished_work import RESTORING
from vsr_client.store.vault import Vault
from vsr_shared.errors import LockedStore, StoreError

WORDS = "words of the backup"


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VSR_PASSPHRASE", PASSPHRASE)


class OneWay(io.RawIOBase):
    """Bytes that come in order and in small pieces, as from a network."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        return self._data.readinto(memoryview(buffer)[:1000])  # type: ignore[arg-type]


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, list[KeptRecording], bytes]:
    """A folder with three recordings, its backup, and the recordings."""
    vault, some = opened(tmp_path / "data"), [recording(number) for number in range(3)]
    for one in some:
        vault.recordings.add(one, [one.id.encode() * 20_000])
        vault.recordings.put_heard(one.id, "base@1", heard())
    CommonModels(vault.folder).put("base@1", {}, "round 3")
    out = io.BytesIO()
    write_backup(vault, out, WORDS)
    vault.close()
    return tmp_path / "data", some, out.getvalue()


def check(folder: Path, some: list[KeptRecording]) -> None:
    vault = Vault.open(folder, ask)
    assert vault.recordings.all() == sorted(some, key=lambda one: one.recorded, reverse=True)
    for one in some:
        with vault.recordings.audio(one.id) as audio:
            assert audio.read() == one.id.encode() * 20_000
        assert vault.recordings.heard(one.id, "base@1") is not None
    vault.close()


def test_everything_comes_back_in_an_empty_folder(
    kept: tuple[Path, list[KeptRecording], bytes], tmp_path: Path
) -> None:
    _, some, backup = kept
    restore_backup(OneWay(backup), tmp_path / "new" / "deep", WORDS)
    check(tmp_path / "new" / "deep", some)
    assert CommonModels(tmp_path / "new" / "deep").has("base@1")
    for path in (tmp_path / "new" / "deep").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_it_replaces_what_came_later_but_not_which_machine_this_is(
    kept: tuple[Path, list[KeptRecording], bytes],
) -> None:
    folder, some, backup = kept
    vault = opened(folder)
    vault.recordings.delete(some[0].id)
    vault.recordings.add(recording(9), [b"later"])
    vault.rotate_key(ask)
    vault.close()
    (folder / "node_key").write_bytes(b"this machine")
    restore_backup(io.BytesIO(backup), folder, WORDS)
    check(folder, some)
    assert len(list((folder / "audio").iterdir())) == 3
    assert (folder / "node_key").read_bytes() == b"this machine"


def test_it_says_nothing_without_its_passphrase(kept: tuple[Path, list[KeptRecording], bytes]) -> None:
    folder, some, backup = kept
    for secret in (some[0].note, some[0].name, some[0].id, "vsr.sqlite", "SQLite", "audio/", "positive"):
        assert secret.encode() not in backup, secret
    vault = opened(folder)
    with pytest.raises(LockedStore):
        write_backup(vault, io.BytesIO(), "")
    vault.close()


def cut(data: bytes, place: float) -> bytes:
    return data[: int(len(data) * place)]


def flipped(data: bytes, place: float) -> bytes:
    where = int(len(data) * place)
    return data[:where] + bytes([data[where] ^ 1]) + data[where + 1 :]


@pytest.mark.parametrize(
    ("passphrase", "spoil", "error", "words"),
    [
        ("wrong", lambda data: data, LockedStore, "passphrase"),
        (WORDS, lambda data: b"", StoreError, "not a backup"),
        (WORDS, lambda data: b"PK\3\4" + data, StoreError, "not a backup"),
        (WORDS, lambda data: flipped(data, 0.3), StoreError, "damaged"),
        (WORDS, lambda data: flipped(data, 0.999), StoreError, "damaged"),
        (WORDS, lambda data: cut(data, 0.5), StoreError, "damaged"),
        (WORDS, lambda data: data[:-1], StoreError, "damaged"),
        (WORDS, lambda data: data + b"x", StoreError, "damaged"),
    ],
)
def test_what_cannot_be_restored_changes_nothing(
    kept: tuple[Path, list[KeptRecording], bytes], passphrase: str, spoil, error, words: str
) -> None:
    folder, some, backup = kept
    before = everything_in(folder)
    with pytest.raises(error, match=words):
        restore_backup(io.BytesIO(spoil(backup)), folder, passphrase)
    assert everything_in(folder) == before
    check(folder, some)


def test_a_backup_of_a_newer_vsr_is_refused(
    kept: tuple[Path, list[KeptRecording], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    import vsr_client.store.backup as module

    folder, some, _ = kept
    vault, out = opened(folder), io.BytesIO()
    monkeypatch.setattr(module, "REVISIONS", ("1", "2", "99"))
    write_backup(vault, out, WORDS)
    vault.close()
    monkeypatch.undo()
    monkeypatch.setenv("VSR_PASSPHRASE", PASSPHRASE)
    with pytest.raises(StoreError, match="newer VSR"):
        restore_backup(io.BytesIO(out.getvalue()), folder, WORDS)
    check(folder, some)


def test_the_backup_goes_on_while_recordings_come_and_go(tmp_path: Path) -> None:
    """What is deleted while it is written is not in it, and what comes later may be missing: it is whole either way."""
    vault, some = opened(tmp_path / "data"), [recording(number) for number in range(3)]
    for one in some:
        vault.recordings.add(one, [one.id.encode() * 20_000])
        vault.recordings.put_heard(one.id, "base@1", heard())
    writer = vault.recordings.begin_capture(start())
    writer.write(bytes(200_000))

    class Busy(io.BytesIO):
        def write(self, data: object, /) -> int:
            if not self.tell():
                vault.recordings.delete(some[1].id)
                vault.recordings.add(recording(7), [b"later"])
            return super().write(data)  # type: ignore[arg-type]

    out = Busy()
    write_backup(vault, out, WORDS)
    vault.close()
    restore_backup(io.BytesIO(out.getvalue()), tmp_path / "new", WORDS)
    check(tmp_path / "new", [some[0], some[2]])
    restored = Vault.open(tmp_path / "new", ask)
    assert restored.recordings.unfinished() == []
    restored.close()


def test_a_restore_that_was_interrupted_before_the_exchange_changes_nothing(
    kept: tuple[Path, list[KeptRecording], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    import vsr_client.store.backup as module

    folder, some, backup = kept

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "announce", power_cut)
    with pytest.raises(KeyboardInterrupt):
        restore_backup(io.BytesIO(backup), folder, WORDS)
    check(folder, some)


def test_an_exchange_that_was_interrupted_is_finished_at_the_next_start(
    kept: tuple[Path, list[KeptRecording], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends at each step in turn; what stands there afterwards is the backup, whole."""
    import vsr_client.store.backup as module

    folder, some, backup = kept
    vault = opened(folder)
    vault.recordings.delete(some[0].id)
    vault.close()
    monkeypatch.setattr(module, "put_in_place", lambda _: None)
    restore_backup(io.BytesIO(backup), folder, WORDS)
    staged = {path.relative_to(folder / RESTORING): data for path, data in everything_in(folder / RESTORING).items()}
    for step in range(30):
        copy = shutil.copytree(folder, tmp_path / f"copy {step}")
        done = subprocess.run(
            [sys.executable, "-c", _DIES, copy, str(step)], capture_output=True, check=False, text=True
        )
        assert done.returncode in {0, 9}, done.stderr
        assert has_data_key(copy)
        assert {path.relative_to(copy): data for path, data in everything_in(copy).items()} == staged
        if done.returncode == 0:
            assert step > 8
            check(copy, some)
            return
    pytest.fail("the exchange took more steps than this test goes through")


_DIES = """
import os, sys
from pathlib import Path
from vsr_client.store.unfinished_work import put_in_place
steps = int(sys.argv[2])
def ending(event, _):
    global steps
    if event in {"os.remove", "os.rename", "os.rmdir", "shutil.rmtree"}:
        if not steps:
            os._exit(9)
        steps -= 1
sys.addaudithook(ending)
put_in_place(Path(sys.argv[1]))
"""
