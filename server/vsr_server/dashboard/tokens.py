"""The operator's tokens: files in the data folder that their owner alone can read, made at the first start."""

import secrets
from pathlib import Path
from typing import Final

from vsr_server.durable_file import make_once
from vsr_shared.errors import StoreError

ADMIN: Final = "admin.token"
"""Opens everything: pages, API, figures."""
METRICS: Final = "metrics.token"
"""Opens `/metrics` alone, so that what collects figures cannot change anything."""

_BYTES: Final = 32
_SHORTEST: Final = 32


def token(folder: Path, name: str) -> str:
    """Return the token in the file `name` of `folder`, made of 256 random bits where there is none yet.

    StoreError where it cannot be read or written, is cut short, or others can read it.
    """
    path = folder / name
    try:
        found = make_once(path, secrets.token_urlsafe(_BYTES).encode()).decode("ascii").strip()
        others = path.stat().st_mode & 0o077
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"cannot read or write {path} ({error}); set its rights or its folder's right") from error
    if others:
        raise StoreError(f"others can read {path}; delete it and start again, which makes a new one")
    if len(found) < _SHORTEST:
        raise StoreError(f"{path} holds no token; delete it and start again, which makes a new one")
    return found
