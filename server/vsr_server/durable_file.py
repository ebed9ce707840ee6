"""Files that are either the old one or the new one, whenever the power goes."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def write_durably(path: Path, data: bytes) -> None:
    """Replace `path` by `data` in one step that survives a crash; OSError where the disk does not take it."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _sync(path.parent)


def make_once(path: Path, data: bytes) -> bytes:
    """Make `path` of `data`, its owner's alone, unless it is there, and return what stands there then.

    Of several processes that start at once one wins and all of them get its bytes; OSError where the disk says no.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                # Unlike moving, linking never takes another's place.
                os.link(fresh, path)
        finally:
            fresh.unlink(missing_ok=True)
        _sync(path.parent)
    return path.read_bytes()


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        # A name is in the folder's own pages, which the file's fsync did not write.
        os.fsync(number)
    finally:
        os.close(number)
