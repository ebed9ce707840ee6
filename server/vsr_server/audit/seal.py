"""The seal of an entry: a keyed hash over the entry and the seal of the one before it.

HMAC-SHA256 (RFC 2104) over canonical JSON. Who may write to the database and has not the key can neither change an
entry, nor put one in, nor take one out of the middle.
"""

import hashlib
import hmac
import json
from datetime import UTC
from pathlib import Path
from typing import Final

from vsr_server.database.tables import AuditEntry

KEY_FILE: Final = "audit.key"
KEY_BYTES: Final = 32
BEFORE_THE_FIRST: Final = "0" * 64


def seal_of(key: bytes, entry: AuditEntry) -> str:
    """Return the seal that `entry` has under `key`, 64 hexadecimal digits; its own `seal` is not looked at."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    stated = [entry.number, at, entry.actor, entry.action, entry.details, entry.previous]
    said = json.dumps(stated, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hmac.new(key, b"vsr audit entry\0" + said.encode(), hashlib.sha256).hexdigest()


def key_path(folder: Path) -> Path:
    """Where the key of the server's data folder lies."""
    return folder / KEY_FILE
