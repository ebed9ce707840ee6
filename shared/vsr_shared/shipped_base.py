"""The base that ships with this package, and the record that it must agree with byte for byte.

    bases/vsr-base.vsr                the base
    bases/vsr-base.json               its id, size and SHA-256
    bases/vsr-base.evaluation.json    how good it is, as `vsr-server base evaluate --json` said

`vsr-server base ship` writes all three. Where they are missing or do not agree, VSR stops and says so: weights that
nobody trained would go on making guesses, and nobody would notice.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, cast

from vsr_shared.base import MAX_BYTES, Base, read_base
from vsr_shared.errors import BaseError

BASES: Final = Path(__file__).parent / "bases"
BASE_FILE: Final = "vsr-base.vsr"
RECORD_FILE: Final = "vsr-base.json"
EVALUATION_FILE: Final = "vsr-base.evaluation.json"

_REMEDY: Final = "install VSR again (in a checkout: git checkout -- shared/vsr_shared/bases), or name a base by --base"


@dataclass(frozen=True)
class Record:
    """Which base ships: its id, its size in bytes and the SHA-256 of the whole file."""

    id: str
    size: int
    sha256: str

    @classmethod
    def of(cls, base: Base, data: bytes) -> "Record":
        """Return the record of `base`, whose file is `data`."""
        return cls(base.id, len(data), hashlib.sha256(data).hexdigest())

    def to_json(self) -> bytes:
        """Return the record's file."""
        return (json.dumps(asdict(self), indent=1) + "\n").encode()


def read_record(folder: Path = BASES) -> Record:
    """Return which base ships; BaseError where the record is missing or damaged."""
    path = folder / RECORD_FILE
    try:
        record = Record(**cast("dict[str, Any]", json.loads(path.read_bytes())))
    except OSError as error:
        raise BaseError(f"the record of VSR's base is missing: {path} ({error.strerror}); {_REMEDY}") from error
    except (ValueError, TypeError) as error:
        raise BaseError(f"{path} is damaged ({error}); {_REMEDY}") from error
    return record


def read_shipped(folder: Path = BASES) -> Base:
    """Return the base that ships; BaseError where it is missing, cut short, changed or of another version."""
    record = read_record(folder)
    path = folder / BASE_FILE
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise BaseError(f"VSR's base is missing: {path} ({error.strerror}); {_REMEDY}") from error
    if size != record.size or hashlib.sha256(data).hexdigest() != record.sha256:
        raise BaseError(f"{path} is not VSR's base {record.id}: {_instead(data, size, record)}; {_REMEDY}")
    try:
        base = read_base(data, proven=True)
    except BaseError as error:
        raise BaseError(f"{path}: {error}; {_REMEDY}") from error
    if base.id != record.id:
        raise BaseError(f"{path} is {base.id}, {RECORD_FILE} beside it speaks of {record.id}; {_REMEDY}")
    return base


def _instead(data: bytes, size: int, record: Record) -> str:
    try:
        return f"it is {read_base(data).id}"
    except BaseError:
        return "it was changed" if size == record.size else f"it has {size:,} bytes instead of {record.size:,}"
