"""The last preview of the next update, sealed: what it looks like, and its very bytes."""

import json
from pathlib import Path
from typing import Any, Final

from vsr_client.store.files import private_folder, reporting, write_whole
from vsr_client.store.sealing import seal, unseal
from vsr_client.together.places import federation_folder

_PURPOSE: Final = "the preview of the next update"
_FILE: Final = "next_update.sealed"


def keep_next(data_dir: Path, key: bytes, picture: dict[str, Any], payload: bytes) -> None:
    """Keep `picture`, what JSON can say of the update, and its `payload` in place of the ones before."""
    head = json.dumps(picture).encode()
    private_folder(federation_folder(data_dir))
    write_whole(_path(data_dir), seal(key, _PURPOSE, len(head).to_bytes(4, "big") + head + payload))


def kept_next(data_dir: Path, key: bytes) -> tuple[dict[str, Any], bytes] | None:
    """Return picture and payload, None where there are none; StoreError where they are damaged."""
    path = _path(data_dir)
    with reporting(data_dir):
        if not path.exists():
            return None
        sealed = path.read_bytes()
    data = unseal(key, _PURPOSE, sealed)
    end = 4 + int.from_bytes(data[:4], "big")
    return json.loads(data[4:end]), data[end:]


def forget_next(data_dir: Path) -> None:
    """Take the preview away."""
    with reporting(data_dir):
        _path(data_dir).unlink(missing_ok=True)


def _path(data_dir: Path) -> Path:
    return federation_folder(data_dir) / _FILE
