"""What a crash interrupted in the data folder as a whole: deleting everything, or putting a backup in its place.

Both write down what they are about to do before they do it, and whoever looks into the folder next brings it to its
end: there is never a mixture of old and new, nor a half-deleted folder that cannot be used.
"""

import json
import os
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from vsr_client.store.files import reporting, sync_folder, write_whole
from vsr_client.store.keyring_holder import forget_in_keyring
from vsr_shared.errors import LockedStore

FORGETTING: Final = ".forgetting"
"""Marks a folder whose key is, or is about to be, destroyed."""
RESTORING: Final = ".restoring"
"""Folder in which a backup is unpacked."""
RESTORED: Final = ".restored.json"
"""Says that the unpacked backup is whole, and which parts it has."""
RESTORABLE: Final = ("key.json", "vsr.sqlite-wal", "vsr.sqlite-shm", "vsr.sqlite", "audio", "models")
"""What a backup replaces. Which machine this is, and what it answered in rounds, stays: no round is answered twice."""
PERSONAL: Final = (*RESTORABLE, "federation", "node_key", "node_key.pub")
"""Everything in a data folder that is about the person, the key first. Base models and the app's lock are not."""
_KEY: Final = RESTORABLE[0]
_WRITER: Final = re.compile(r"\.(\d{1,9})\.partial")
"""The end of a name under which something is written until it is whole: the process that writes it."""


def finish_what_was_begun(folder: Path) -> None:
    """Bring to its end what a crash interrupted in `folder`; nothing where nothing was."""
    _take_away_abandoned(folder)
    if (folder / FORGETTING).exists():
        forget_all(folder)
    elif (folder / RESTORED).exists():
        put_in_place(folder)


def forget_all(folder: Path) -> None:
    """Delete everything personal in `folder`, the key first and overwritten; may be interrupted and begun anew.

    No passphrase is needed, and a folder that is not there is fine. LockedStore where the keyring does not let go of
    the key: then nothing was deleted.
    """
    if not folder.exists():
        return
    write_whole(folder / FORGETTING, b"")
    try:
        for record in _records(folder / _KEY):
            forget_in_keyring(record)
    except LockedStore:
        _remove(folder / FORGETTING)
        raise
    with reporting(folder):
        _overwrite(folder / _KEY)
        leftovers = [path.name for path in folder.glob(".*.partial")]
        for name in (*PERSONAL, RESTORED, RESTORING, *leftovers):
            _remove(folder / name)
        sync_folder(folder)
        _remove(folder / FORGETTING)


def announce(folder: Path, parts: Sequence[str]) -> None:
    """Say that what lies in the folder RESTORING is whole and has `parts`: it takes the old one's place now."""
    write_whole(folder / RESTORED, json.dumps(list(parts)).encode())


def put_in_place(folder: Path) -> None:
    """Replace all that a backup may hold in `folder` by what was announced; may be interrupted and begun anew."""
    with reporting(folder):
        parts = json.loads((folder / RESTORED).read_bytes())
        for name in RESTORABLE:
            staged = folder / RESTORING / name
            if staged.exists() or name not in parts:
                _remove(folder / name)
            if staged.exists():
                staged.rename(folder / name)
        sync_folder(folder)
        _remove(folder / RESTORING)
        _remove(folder / RESTORED)


def _take_away_abandoned(folder: Path) -> None:
    """Delete what processes were writing that were killed at it.

    A copy of the database for a backup would keep the keys of recordings that are deleted later, and an old key.json
    would open by an old passphrase.
    """
    for path in folder.glob(".*.partial"):
        writer = _WRITER.search(path.name)
        if writer and not _lives(int(writer[1])):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    """Say whether `process` runs; every one does where asking would end it, which is elsewhere than on POSIX."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _records(path: Path) -> list[dict[str, Any]]:
    """Return who holds the keys that `path` speaks of; none where it was overwritten already."""
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return []
    return [record, record.get("next") or {}] if isinstance(record, dict) else []


def _overwrite(path: Path) -> None:
    with suppress(FileNotFoundError), path.open("r+b", buffering=0) as file:
        file.write(os.urandom(max(path.stat().st_size, 1)))
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
