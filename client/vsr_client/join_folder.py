"""The folder of a machine that takes part: one process at a time in it, and a record of what happened."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from vsr_shared.errors import FederationError, StoreError
from vsr_shared.federation.events import Event, to_json_line


@contextmanager
def join_folder(folder: Path) -> Iterator[None]:
    """Make `folder` and hold it; FederationError where another process does, StoreError where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "join.lock").open("a")
    except OSError as error:
        raise StoreError(f"cannot write the folder {folder} ({error.strerror})") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FederationError(f"another vsr already takes part from {folder}; stop that one first") from error
        yield


def journal(folder: Path) -> Callable[[Event], None]:
    """Return what writes an event into `folder`/events.jsonl, not encrypted; StoreError where it cannot.

    For a machine that belongs to no person, as in a test; a person's record is sealed (`together.record`).
    """
    path = folder / "events.jsonl"

    def record(event: Event) -> None:
        line = to_json_line(event, datetime.now(UTC).isoformat(timespec="milliseconds"))
        try:
            with path.open("a") as file:
                file.write(line + "\n")
        except OSError as error:
            raise StoreError(f"cannot write {path} ({error.strerror}); nothing is sent unrecorded") from error

    return record
