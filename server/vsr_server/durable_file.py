"""Files that are either the old one or the new one, whenever the power goes."""

import os
from pathlib import Path


def write_durably(path: Path, data: bytes) -> None:
    """Replace `path` by `data` in one step that survives a crash; OSError where the disk does not take it."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        # The rename itself is in the folder's own pages, which the file's fsync did not write.
        os.fsync(folder)
    finally:
        os.close(folder)
