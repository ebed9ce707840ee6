"""What the database tells without its key, and without the libraries that open it: predicting must start fast."""

import sqlite3
from contextlib import closing
from pathlib import Path

from vsr_shared.errors import StoreError


def has_heads(folder: Path, base: str) -> bool:
    """Say whether any personal head for `base` was ever kept in `folder`, in use or not."""
    path = folder / "vsr.sqlite"
    if not path.exists():
        return False
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        try:
            return connection.execute("SELECT 1 FROM head WHERE base = ? LIMIT 1", (base,)).fetchone() is not None
        except sqlite3.Error as error:
            if "no such table" in str(error):
                return False
            raise StoreError(f"{path} cannot be read ({error}); restore the folder from a backup") from error
