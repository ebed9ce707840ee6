"""The data key: who holds it, changing it, and destroying it. Keyrings here are real ones of the library `keyring`."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import pytest

from tests.client.stores import PASSPHRASE, ask, damaged, everything_in, head, heard, opened, recording
from vsr_client.store.data_key import has_data_key, make_data_key, needs_passphrase, open_data_key
from vsr_client.store.database import Database
from vsr_client.store.recordings import KeptRecording
from vsr_client.store.unfinished_work import FORGETTING
from vsr_client.store.vault import Vault, destroy
from vsr_shared.errors import LockedStore, StoreError


class Memory(keyring.backend.KeyringBackend):
    """A keyring that lasts as long as this process; it can be locked."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def _check(self) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.kept[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("not there")


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Memory]:
    monkeypatch.delenv("VSR_PASSPHRASE", raising=False)
    before, ring = keyring.get_keyring(), Memory()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VSR_PASSPHRASE", PASSPHRASE)
    return tmp_path / "data"


def filled(folder: Path) -> tuple[Vault, KeptRecording]:
    """Return a store with something of every kind."""
    vault, one = opened(folder), recording()
    vault.recordings.add(one, [b"sound" * 1000], b"hash")
    vault.recordings.put_heard(one.id, "base@1", heard())
    vault.heads.add(head(), {})
    vault.ledger.add({"round": 1})
    vault.preferences.change(country="TR")
    return vault, one


def check(vault: Vault, one: KeptRecording) -> None:
    """Everything that `filled` put in is there."""
    assert vault.recordings.all() == [one]
    assert vault.recordings.find(b"hash") == one
    with vault.recordings.audio(one.id) as audio:
        assert audio.read() == b"sound" * 1000
    assert vault.recordings.heard(one.id, "base@1") is not None
    assert vault.heads.in_use("base@1") is not None
    assert vault.ledger.all() == [{"round": 1}]
    assert vault.preferences.get().country == "TR"


def test_a_passphrase_opens_and_a_wrong_one_does_not(folder: Path) -> None:
    vault, one = filled(folder)
    vault.close()
    with pytest.raises(LockedStore, match="does not open"):
        Vault.open(folder, lambda _: "wrong")
    with pytest.raises(LockedStore, match="locked"):
        Vault.open(folder, lambda _: None)
    again = Vault.open(folder, ask)
    check(again, one)
    again.close()


def test_another_passphrase_and_only_that_one_opens(folder: Path) -> None:
    vault, one = filled(folder)
    with pytest.raises(LockedStore):
        vault.change_passphrase("wrong", "new words")
    vault.change_passphrase(PASSPHRASE, "new words")
    check(vault, one)
    vault.close()
    with pytest.raises(LockedStore):
        Vault.open(folder, ask)
    again = Vault.open(folder, lambda _: "new words")
    check(again, one)
    with pytest.raises(LockedStore, match="empty"):
        again.change_passphrase("new words", "")
    again.close()


def test_a_new_key_seals_everything_anew(folder: Path) -> None:
    vault, one = filled(folder)
    old = vault.key
    with pytest.raises(LockedStore):
        vault.rotate_key(lambda _: "wrong")
    assert vault.key == old
    vault.rotate_key(ask)
    assert vault.key != old
    check(vault, one)
    vault.close()
    with pytest.raises(StoreError, match="another key"):
        Database(folder, old)
    assert "next" not in json.loads((folder / "key.json").read_bytes())
    again = Vault.open(folder, ask)
    check(again, one)
    again.close()


def test_who_has_the_store_open_while_the_key_changes_can_spoil_nothing(folder: Path) -> None:
    vault, one = filled(folder)
    other = Vault(folder, vault.key)
    vault.rotate_key(ask)
    for change in (lambda: other.ledger.add({}), lambda: other.recordings.change(one.id, note="x")):
        with pytest.raises(LockedStore, match="start this one again"):
            change()
    with pytest.raises(LockedStore):
        other.recordings.add(recording(1), [b""])
    other.close()
    check(vault, one)
    vault.close()


def test_the_keyring_holds_the_key_where_there_is_one(ring: Memory, tmp_path: Path) -> None:
    vault, one = filled(tmp_path / "data")
    assert len(ring.kept) == 1
    assert not needs_passphrase(tmp_path / "data")
    vault.close()
    again = Vault.open(tmp_path / "data", lambda _: None)
    check(again, one)
    again.rotate_key(lambda _: None)
    assert len(ring.kept) == 1, "the old key is not left in the keyring"
    check(again, one)
    again.close()
    ring.locked = True
    with pytest.raises(LockedStore, match="does not answer"):
        Vault.open(tmp_path / "data", ask)


def test_the_key_moves_between_keyring_and_passphrase(ring: Memory, tmp_path: Path) -> None:
    vault, one = filled(tmp_path / "data")
    vault.move_to_passphrase("words")
    assert ring.kept == {}
    vault.close()
    again = Vault.open(tmp_path / "data", lambda _: "words")
    again.move_to_keyring()
    assert len(ring.kept) == 1
    check(again, one)
    again.close()
    assert "locked" not in json.loads((tmp_path / "data" / "key.json").read_bytes())


def test_a_lost_or_damaged_key_file_is_said_and_no_new_key_made(folder: Path) -> None:
    vault, _ = filled(folder)
    vault.close()
    damaged(folder / "key.json", lambda data: data.__setitem__(slice(0, 5), b"{{{{{"))
    with pytest.raises(StoreError, match="damaged"):
        open_data_key(folder, ask)
    with pytest.raises(StoreError, match="another VSR"):
        make_data_key(folder, ask)
    (folder / "key.json").unlink()
    with pytest.raises(StoreError, match="lost its key file"):
        make_data_key(folder, ask)


def test_destroying_leaves_nothing_personal_and_nothing_that_opens(folder: Path) -> None:
    vault, _ = filled(folder)
    for name in ("node_key", "node_key.pub", ".x.1.partial"):
        (folder / name).write_bytes(b"of this person's machine")
    (folder / "federation").mkdir()
    (folder / "bases").mkdir()
    (folder / "bases" / "a.vsr").write_bytes(b"everybody's")
    vault.destroy()
    assert set(everything_in(folder)) == {folder / "bases" / "a.vsr"}
    assert not has_data_key(folder)
    fresh = opened(folder)
    assert fresh.recordings.all() == []
    fresh.close()


def test_destroying_takes_the_key_out_of_the_keyring_first(ring: Memory, tmp_path: Path) -> None:
    vault, _ = filled(tmp_path / "data")
    vault.close()
    ring.locked = True
    before = everything_in(tmp_path / "data")
    with pytest.raises(LockedStore):
        destroy(tmp_path / "data")
    assert everything_in(tmp_path / "data") == before, "not half"
    ring.locked = False
    destroy(tmp_path / "data")
    assert ring.kept == {}
    assert everything_in(tmp_path / "data") == {}


def test_deleting_that_was_interrupted_goes_on_at_the_next_start(folder: Path, tmp_path: Path) -> None:
    """The process ends at each step in turn: every removal, and the writing of key and mark."""
    vault, _ = filled(folder)
    vault.close()
    for step in range(30):
        copy = shutil.copytree(folder, tmp_path / f"copy {step}")
        done = subprocess.run(
            [sys.executable, "-c", _DIES, copy, str(step)], capture_output=True, check=False, text=True
        )
        assert done.returncode in {0, 9}, done.stderr
        if not (copy / FORGETTING).exists() and (copy / "key.json").exists():
            assert (
                everything_in(copy).items()
                >= {copy / path.relative_to(folder): data for path, data in everything_in(folder).items()}.items()
            )
            continue
        assert (copy / "key.json").exists() == ((copy / "vsr.sqlite").exists() and step < 3), "the key goes first"
        assert not has_data_key(copy)
        assert everything_in(copy) == {}
        if done.returncode == 0:
            assert step > 8
            fresh = opened(copy)
            assert fresh.recordings.all() == []
            fresh.close()
            return
    pytest.fail("deleting took more steps than this test goes through")


_DIES = """
import os, sys
from pathlib import Path
from vsr_client.store.unfinished_work import forget_all
steps = int(sys.argv[2])
def ending(event, _):
    global steps
    if event in {"os.remove", "os.rename", "os.rmdir", "shutil.rmtree"}:
        if not steps:
            os._exit(9)
        steps -= 1
sys.addaudithook(ending)
forget_all(Path(sys.argv[1]))
"""


def test_the_room_that_everything_takes_is_known(folder: Path) -> None:
    vault, _ = filled(folder)
    storage = vault.storage()
    assert storage.audio > 5000
    assert storage.database > 10_000
    assert storage.models == 0
    vault.close()


def test_keys_are_in_no_message_and_no_childs_environment(folder: Path) -> None:
    vault, one = filled(folder)
    damaged(folder / "audio" / f"{one.id}.sealed", lambda data: data.__setitem__(50, data[50] ^ 1))
    with pytest.raises(StoreError) as caught:
        vault.recordings.audio(one.id)
    secrets = (vault.key.hex(), repr(vault.key), PASSPHRASE)
    assert not [secret for secret in secrets if secret in str(caught.value) + repr(vars(vault).keys())]
    assert not [name for name, value in os.environ.items() if vault.key.hex() in value]
    vault.close()
