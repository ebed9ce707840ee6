"""Killed at any moment, or out of room: the store opens again with at most the last unsaved recording lost."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.stores import PASSPHRASE, ask, heard, opened, pcm, recording, start
from vsr_client.store.vault import Vault
from vsr_shared.errors import StoreError

ROUNDS = 3
"""How often each kind of work is killed; the moments are drawn anew in every run of the tests."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VSR_PASSPHRASE", PASSPHRASE)
    opened(tmp_path / "data").close()
    return tmp_path / "data"


def killed_at_work(work: str, folder: Path) -> list[str]:
    """Run `work` on the store in `folder`, kill it some time after its first line, return the whole lines it said."""
    process = subprocess.Popen(
        [sys.executable, "-c", _BEFORE + work, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout and process.stderr
    first = process.stdout.readline()
    assert first, process.stderr.read()
    time.sleep(random.uniform(0, 0.5))
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    return [line.strip() for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]


_BEFORE = """
import sys
import time
from pathlib import Path
from tests.client.stores import ask, heard, opened, pcm, recording, start
vault = opened(Path(sys.argv[1]))
def say(what):
    print(what, flush=True)
"""


def test_killed_while_recording_at_most_the_last_second_is_lost(folder: Path) -> None:
    work = """
writer, sound = vault.recordings.begin_capture(start()), pcm(60)
for place in range(0, len(sound), 9600):
    writer.write(sound[place:][:9600])
    say((place + 9600) // 2)
time.sleep(60)
"""
    for round_ in range(ROUNDS):
        said = int(killed_at_work(work, folder)[-1]) / 48_000
        vault = Vault.open(folder, ask)
        (left,) = vault.recordings.unfinished()
        assert left.seconds > said - 1
        with vault.recordings.capture_audio(left.id) as wav:
            samples = wav.read()[44:]
        assert samples == pcm(60)[: len(samples)]
        assert len(samples) == round(left.seconds * 48_000) * 2
        vault.recordings.keep_capture(recording(round_, id=left.id, seconds=left.seconds))
        vault.close()
    vault = Vault.open(folder, ask)
    assert len(vault.recordings.all()) == ROUNDS
    vault.close()


def test_killed_while_adding_what_was_said_to_be_kept_is_kept(folder: Path) -> None:
    work = """
for number in range(100_000):
    one = recording(number)
    vault.recordings.add(one, [one.id.encode() * 10_000], one.id.encode())
    vault.recordings.put_heard(one.id, "base@1", heard())
    say(one.id)
"""
    kept: set[str] = set()
    for _ in range(ROUNDS):
        before = kept | set(killed_at_work(work, folder))
        vault = Vault.open(folder, ask)
        kept = {one.id for one in vault.recordings.all()}
        assert before <= kept
        assert len(kept - before) <= 1
        for name in kept:
            with vault.recordings.audio(name) as audio:
                assert audio.read() == name.encode() * 10_000
        assert {path.stem for path in (folder / "audio").glob("*.sealed")} == kept
        vault.close()


def test_killed_while_deleting_nothing_comes_back_and_nothing_else_goes(folder: Path) -> None:
    vault = opened(folder)
    some = [recording(number) for number in range(60)]
    for one in some:
        vault.recordings.add(one, [b"sound"])
    vault.close()
    work = """
for one in vault.recordings.all():
    say(one.id)
    vault.recordings.delete(one.id)
"""
    said = killed_at_work(work, folder)
    vault = Vault.open(folder, ask)
    left = {one.id for one in vault.recordings.all()}
    assert not left & set(said[:-1])
    assert left >= {one.id for one in some} - set(said)
    assert {path.stem for path in (folder / "audio").iterdir()} == left
    vault.close()


def test_killed_while_a_backup_is_written_no_copy_stays(folder: Path) -> None:
    """Threat: a copy of the database that a crash left behind keeps the keys of what is deleted afterwards."""
    work = """
from vsr_client.store.backup import write_backup
class Slow:
    def write(self, data):
        say(len(data))
        time.sleep(60)
write_backup(vault, Slow(), "words of the backup")
"""
    killed_at_work(work, folder)
    assert list(folder.glob(".backup-*.partial"))
    alive = folder / f".backup-0a0a0a0a.{os.getpid()}.partial"
    alive.touch()
    Vault.open(folder, ask).close()
    assert list(folder.glob(".*.partial")) == [alive], "another's backup goes on"


def test_killed_while_the_key_changes_everything_opens(folder: Path) -> None:
    vault = opened(folder)
    some = [recording(number) for number in range(40)]
    for one in some:
        vault.recordings.add(one, [one.id.encode()], one.id.encode())
    vault.close()
    work = """
while True:
    say("again")
    vault.rotate_key(ask)
"""
    for _ in range(ROUNDS):
        killed_at_work(work, folder)
        vault = Vault.open(folder, ask)
        assert sorted(one.id for one in vault.recordings.all()) == sorted(one.id for one in some)
        for one in some:
            assert vault.recordings.find(one.id.encode()) == one
            with vault.recordings.audio(one.id) as audio:
                assert audio.read() == one.id.encode()
        vault.close()


@pytest.fixture
def full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A disk of three megabytes."""
    monkeypatch.setenv("VSR_PASSPHRASE", PASSPHRASE)
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], capture_output=True, check=False
    ).returncode:
        pytest.skip("this user cannot mount a small disk; the next test limits the size of files instead")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_full_disk_leaves_the_store_whole(full_disk: Path) -> None:
    vault, one = opened(full_disk / "data"), recording(0)
    vault.recordings.add(one, [b"sound"])
    writer = vault.recordings.begin_capture(start())
    writer.write(pcm(2))
    with pytest.raises(StoreError, match="free space"):
        vault.recordings.add(recording(1), (bytes(100_000) for _ in range(100)))
    with pytest.raises(StoreError, match="free space"):
        for _ in range(100):
            writer.write(pcm(1))
    check_after_full(vault, one.id)
    vault.close()


def test_deleting_works_where_not_a_byte_is_left(full_disk: Path) -> None:
    """What was heard would take more room to overwrite than the sound of a recording gives back."""
    vault, some = opened(full_disk / "data"), [recording(number) for number in range(2)]
    for one in some:
        vault.recordings.add(one, [bytes(60_000)])
        vault.recordings.put_heard(one.id, "base@1", heard(40))
    with (full_disk / "filler").open("wb", buffering=0) as filler, pytest.raises(OSError, match="space"):
        while filler.write(bytes(4096)):
            pass
    vault.recordings.delete(some[0].id)
    assert [one.id for one in vault.recordings.all()] == [some[1].id]
    vault.close()


def check_after_full(vault: Vault, kept: str) -> None:
    """What was there stays; and deleting makes room, so that everything goes on."""
    assert [one.id for one in vault.recordings.all()] == [kept]
    (left,) = vault.recordings.unfinished()
    assert left.seconds >= 2
    with vault.recordings.capture_audio(left.id) as wav:
        assert wav.read(44 + 192_000)[44:] == pcm(2)
    vault.recordings.discard_capture(left.id)
    another = recording(2)
    vault.recordings.add(another, [b"sound"])
    assert {one.id for one in vault.recordings.all()} == {kept, another.id}
    again = Vault(vault.folder, vault.key)
    assert {one.id for one in again.recordings.all()} == {kept, another.id}
    again.close()


def test_files_that_may_not_grow_leave_the_store_whole(folder: Path) -> None:
    vault, one = opened(folder), recording(0)
    vault.recordings.add(one, [b"sound"])
    vault.close()
    done = subprocess.run([sys.executable, "-c", _LIMITED, folder, one.id], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


_LIMITED = f"""
import resource, signal, sys
{_BEFORE}
import pytest
from vsr_shared.errors import StoreError
from tests.client.test_store_crashes import check_after_full
writer = vault.recordings.begin_capture(start())
writer.write(pcm(2))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, most))
with pytest.raises(StoreError, match="free space"):
    vault.recordings.add(recording(1), (bytes(100_000) for _ in range(100)))
with pytest.raises(StoreError, match="free space"):
    for _ in range(100):
        writer.write(pcm(1))
with pytest.raises(StoreError, match="free space"):
    for _ in range(100):
        vault.recordings.put_heard(sys.argv[2], "base@1", heard(40))
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
check_after_full(vault, sys.argv[2])
"""


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="--data-dir"):
        Vault(tmp_path / "file" / "data", os.urandom(32))
