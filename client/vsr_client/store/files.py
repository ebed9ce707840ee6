"""Writing files whole or not at all, and saying clearly when the folder does not let us."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
        finally:
            partial.unlink(missing_ok=True)
