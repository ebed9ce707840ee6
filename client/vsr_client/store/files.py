"""Writing files whole or not at all, and saying clearly when the folder does not let us."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from vsr_shared.errors import StoreError


@contextmanager
def reporting(folder: Path) -> Iterator[None]:
    """Turn the system's refusals in `folder` into a StoreError that says what to do."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"the data folder {folder} cannot be used ({error.strerror or error}); free space, allow writing, "
            "or choose another with --data-dir"
        ) from error


def private_folder(folder: Path) -> None:
    """Make `folder`, readable by its owner alone."""
    with reporting(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path`, readable by its owner alone; after a crash the old or the new content stands there."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with reporting(path.parent):
        try:
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
            sync_folder(path.parent)
        finally:
            partial.unlink(missing_ok=True)


def write_new(path: Path, data: bytes) -> None:
    """Write `data` to `path` as `write_whole` does; StoreError, too, where something stands there by then."""
    partial = path.with_name(f".new-{path.name}.{os.getpid()}.partial")
    write_whole(partial, data)
    with reporting(path.parent):
        try:
            # Unlike moving, linking never takes another's place.
            os.link(partial, path)
            sync_folder(path.parent)
        except FileExistsError as error:
            raise StoreError(f"another VSR made {path} just now; try again") from error
        except OSError:
            # This file system knows no links.
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make names that were written or taken away in `folder` survive a power cut, where the system can."""
    if os.name == "posix":
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def fresh(path: Path) -> BinaryIO:
    """Open `path` anew for writing, unbuffered, readable by its owner alone."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600), "wb", 0)
