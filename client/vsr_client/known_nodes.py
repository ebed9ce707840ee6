"""Under which number each server knows this machine's key, kept so that a killed client can sign itself off."""

import hashlib
import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from vsr_shared.errors import StoreError


class KnownNodes:
    """Server and key to node number, in a JSON file at `path`."""

    def __init__(self, path: Path, key: ec.EllipticCurvePrivateKey) -> None:
        """Use the file at `path` for the machine whose key is `key`."""
        self._path = path
        raw = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self._fingerprint = hashlib.sha256(raw).hexdigest()[:16]

    def get(self, server: str) -> int | None:
        """Number of this key at `server`, None where it was never let in."""
        found = self._read().get(f"{server} {self._fingerprint}")
        return found if isinstance(found, int) else None

    def put(self, server: str, node: int) -> None:
        """Keep that `server` knows this key as `node`; StoreError where it cannot be kept."""
        try:
            self._path.write_text(json.dumps(self._read() | {f"{server} {self._fingerprint}": node}))
        except OSError as error:
            raise StoreError(f"cannot write {self._path} ({error.strerror})") from error

    def _read(self) -> dict[str, object]:
        try:
            found = json.loads(self._path.read_text())
        except (OSError, ValueError):
            # A lost note costs a minute of waiting, not the person's part in the federation.
            return {}
        return found if isinstance(found, dict) else {}
