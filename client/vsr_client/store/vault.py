"""Everything sealed in one data folder under one key: opening it, changing who holds the key, destroying it."""

import os
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from vsr_client.store.data_key import (
    Ask,
    Record,
    held_by_passphrase,
    key_of,
    make_data_key,
    open_data_key,
    read_record,
    write_record,
)
from vsr_client.store.database import FILE, Database
from vsr_client.store.heads import HeadStore
from vsr_client.store.keyring_holder import forget_in_keyring, held_by_keyring
from vsr_client.store.ledger import Ledger
from vsr_client.store.preferences import Preferences
from vsr_client.store.proof import fits
from vsr_client.store.recordings import RecordingStore
from vsr_client.store.rotation import seal_anew
from vsr_client.store.sealing import KEY_BYTES
from vsr_client.store.unfinished_work import forget_all
from vsr_shared.errors import LockedStore, StoreError


@dataclass(frozen=True)
class Storage:
    """Bytes on the disk."""

    audio: int
    """Sealed recordings, and captures that run or were not finished."""
    database: int
    """Labels, notes, what was heard, personal heads, the log of participation."""
    models: int
    """Common models and bases."""


class Vault:
    """An open data folder."""

    def __init__(self, folder: Path, key: bytes) -> None:
        """Open `folder` under its data key; StoreError where it is not its key or the folder cannot be used."""
        self.folder = folder
        self.database = Database(folder, key)
        self.recordings = RecordingStore(self.database)
        self.heads = HeadStore(self.database)
        self.ledger = Ledger(self.database)
        self.preferences = Preferences(self.database)

    @classmethod
    def open(cls, folder: Path, ask: Ask) -> "Vault":
        """Open `folder`; LockedStore where the passphrase is missing or wrong."""
        return cls(folder, open_data_key(folder, ask))

    @classmethod
    def create(cls, folder: Path, ask: Ask) -> "Vault":
        """Make a key for `folder`, in the keyring or under a passphrase, and open it; StoreError where it has one."""
        return cls(folder, make_data_key(folder, ask))

    @property
    def key(self) -> bytes:
        """The data key."""
        return self.database.key

    def close(self) -> None:
        """End what is being recorded, which stays as unfinished, and give the files back."""
        self.recordings.close()
        self.database.close()

    def change_passphrase(self, old: str, new: str) -> None:
        """Lock the data key by another passphrase; LockedStore where `old` is wrong.

        Who has an old copy of the folder and the old passphrase can still open that copy, and with its key what is here
        now: `rotate_key` ends the latter.
        """
        record = read_record(self.folder)
        if record["holder"] != "passphrase":
            raise LockedStore("the system's keyring holds the key of your data; there is no passphrase to change")
        key_of(self.folder, record, lambda _: old)
        self._hold(held_by_passphrase(self.key, new))

    def move_to_passphrase(self, passphrase: str) -> None:
        """Let a passphrase hold the data key instead of the system's keyring."""
        self._hold(held_by_passphrase(self.key, passphrase))

    def move_to_keyring(self) -> None:
        """Let the system's keyring hold the data key instead of a passphrase; LockedStore where there is none."""
        record = held_by_keyring(self.folder, self.key)
        if record is None:
            raise LockedStore("there is no system keyring here that keeps a key; stay with the passphrase")
        self._hold(record)

    def rotate_key(self, ask: Ask) -> None:
        """Make a new data key and seal everything under it; `ask` gives the passphrase where one holds the key.

        Whether VSR is killed before, during or after, the folder opens. Processes that have it open must open it anew.
        """
        new = os.urandom(KEY_BYTES)
        held = self._held(new, ask)
        before = {name: value for name, value in read_record(self.folder).items() if name != "next"}

        def change(session: Session) -> bytes:
            write_record(self.folder, before | {"next": held})
            return seal_anew(self.database, session, new)

        try:
            self.database.change_key(new, change)
        except StoreError:
            if not fits(self.folder / FILE, new):
                forget_in_keyring(held)
            raise
        write_record(self.folder, held)
        self.database.leave_no_trace()
        forget_in_keyring(before)

    def destroy(self) -> None:
        """Delete everything personal in the folder, the key first: nothing that is left over can be opened.

        LockedStore, and nothing is deleted, where the keyring does not give the key out of its hands.
        """
        self.close()
        forget_all(self.folder)

    def storage(self) -> Storage:
        """Return how much room everything takes."""

        def size(*names: str) -> int:
            paths = (path for name in names for path in (self.folder / name, *(self.folder / name).rglob("*")))
            return sum(path.stat().st_size for path in paths if path.is_file())

        database = size("vsr.sqlite", "vsr.sqlite-wal", "vsr.sqlite-shm")
        return Storage(size("audio"), database, size("models", "bases"))

    def _held(self, key: bytes, ask: Ask) -> Record:
        """Return the record of a new key, held as the present one is."""
        record = read_record(self.folder)
        if record["holder"] == "keyring":
            held = held_by_keyring(self.folder, key)
            if held is None:
                raise LockedStore("the system's keyring does not keep a new key; unlock it and try again")
            return held
        passphrase = ask("Passphrase of your VSR data: ") or ""
        key_of(self.folder, record, lambda _: passphrase)
        return held_by_passphrase(key, passphrase)

    def _hold(self, record: Record) -> None:
        with self.database.writing():
            before = read_record(self.folder)
            write_record(self.folder, record)
        forget_in_keyring(before)


def destroy(folder: Path) -> None:
    """Delete everything personal in `folder`, the key first; no passphrase is needed, and nothing may have it open.

    LockedStore, and nothing is deleted, where the keyring does not let go of the key.
    """
    forget_all(folder)
