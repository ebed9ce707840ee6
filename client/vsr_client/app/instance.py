"""One running app a data folder: a lock that ends with its process, and where the others find it.

`app.lock` is held by the running app. `app.json` says where it listens and holds the token of scripts; it is readable
by its owner alone and goes when the app ends.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Final

from vsr_client.store.files import private_folder, reporting, write_whole
from vsr_shared.errors import StoreError

_RECORD: Final = "app.json"
_PATIENCE = 15.0
"""Seconds in which another app that is just starting says where it is."""


@dataclass(frozen=True)
class Running:
    """Where the app of a data folder listens."""

    url: str
    token: str
    pid: int


@contextmanager
def claimed(folder: Path) -> Iterator[bool]:
    """Hold `folder` for this process while the block runs; yield False where another app has it."""
    private_folder(folder)
    with reporting(folder):
        lock = os.fdopen(os.open(folder / "app.lock", os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    with lock:
        mine = _locks(lock)
        if mine:
            (folder / _RECORD).unlink(missing_ok=True)
        try:
            yield mine
        finally:
            if mine:
                (folder / _RECORD).unlink(missing_ok=True)


def announce(folder: Path, running: Running) -> None:
    """Say in `folder` where the app listens."""
    write_whole(folder / _RECORD, json.dumps(asdict(running)).encode())


def running(folder: Path) -> Running:
    """Return where the app that holds `folder` listens; StoreError where it does not say in time."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        try:
            return Running(**json.loads((folder / _RECORD).read_bytes()))
        except (OSError, ValueError, TypeError):
            time.sleep(0.1)
    raise StoreError(f"another VSR has the data folder {folder} and does not answer; end it, then start again")


def is_claimed(folder: Path) -> bool:
    """Say whether an app has `folder` now."""
    if not (folder / "app.lock").exists():
        return False
    with (folder / "app.lock").open("r+b") as lock:
        return not _locks(lock)


def _locks(lock: IO[bytes]) -> bool:
    """Take the lock if it is free. The system gives it back when the process ends, however it ends."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
