"""What takes long to make, kept in a folder between runs, under the hash of what it is made from."""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import StoreError

Arrays = Mapping[str, npt.NDArray[Any]]


def key_of(made_from: Any) -> str:
    """Return 20 hexadecimal digits of the SHA-256 of `made_from`, which JSON can hold."""
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:20]


def read_kept(path: Path) -> Arrays | None:
    """Return the arrays in `path`; None where there are none or they are damaged, so that they are made again."""
    try:
        # From memory: NumPy leaves a damaged file open.
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            return dict(stored.items())
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def keep(path: Path, arrays: Arrays) -> None:
    """Write `arrays` to `path`, whole or not at all; StoreError where the folder does not take them."""
    plain: dict[str, Any] = dict(arrays)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            np.savez(file, **plain)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise StoreError(
            f"{path.name} cannot be kept in {path.parent} ({error.strerror}); free space or choose another --cache"
        ) from error


def kept_rows(path: Path, prints: Sequence[str], make: Callable[[Sequence[int]], npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Return one row a recording, in the order of `prints`, their SHA-256; `make` is asked only for unknown ones.

    `make` takes indices into `prints` and returns their rows, which are kept in `path` for the next time.
    """
    stored = read_kept(path) or {}
    known, rows = stored.get("prints"), stored.get("rows")
    if known is None or rows is None or len(known) != len(rows):
        known, rows = np.array([], dtype=np.str_), None
    place = {str(name): index for index, name in enumerate(known)}
    if missing := [index for index, name in enumerate(prints) if name not in place]:
        fresh = make(missing)
        rows = fresh if rows is None else np.concatenate([rows, fresh])
        known = np.concatenate([known, np.array([prints[index] for index in missing])])
        keep(path, {"prints": known, "rows": rows})
        place |= {str(prints[index]): len(rows) - len(missing) + i for i, index in enumerate(missing)}
    if rows is None:
        raise ValueError("no recordings were given")
    found: npt.NDArray[Any] = rows[[place[name] for name in prints]]
    return found
