"""The proof of the data key that lies in the database: which key opens it, before the database is open."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from vsr_client.store.sealing import seal, unseal
from vsr_shared.errors import StoreError

PROOF: Final = "data key"
"""Id of the row in the table `value`."""
_PURPOSE: Final = "the proof of the data key"


def proof_of(key: bytes) -> bytes:
    """Return what only `key` opens, saying nothing."""
    return seal(key, _PURPOSE, b"")


def proves(key: bytes, proof: bytes) -> bool:
    """Say whether `proof` was made of `key`."""
    try:
        unseal(key, _PURPOSE, proof)
    except StoreError:
        return False
    return True


def fits(path: Path, key: bytes) -> bool:
    """Say whether the database at `path` is sealed under `key`; a missing or empty one is under any."""
    if not path.exists():
        return True
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        try:
            row = connection.execute("SELECT sealed FROM value WHERE id = ?", (PROOF,)).fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return True
            raise StoreError(f"{path} cannot be read ({error}); try again") from error
    return row is None or proves(key, row[0])
