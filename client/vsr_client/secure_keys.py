"""What a machine is known by in secure sums, and its stock of one-time keys, in a folder of its own.

    identity_key          Ed25519, OpenSSH's format
    one_time_keys.json    the next number, and the private keys that are not spent, by number

Both are readable by their owner alone. A key is erased before the vector that it hides leaves.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from vsr_client.store.files import private_folder, write_whole
from vsr_shared.errors import StoreError
from vsr_shared.secure_sum.prekeys import Prekey, sign_prekey

MOST_UNSPENT: Final = 200
"""Older keys are erased: a server that asks again and again fills no disk, and only spoils its own rounds."""


class SecureKeys:
    """The keys in `folder`; StoreError where they cannot be read or written."""

    def __init__(self, folder: Path) -> None:
        """Load the keys, making an identity where there is none."""
        self._stock = folder / "one_time_keys.json"
        private_folder(folder)
        self._identity = _identity(folder / "identity_key")
        try:
            text = self._stock.read_text() if self._stock.exists() else '{"next": 0, "keys": {}}'
            found: dict[str, Any] = json.loads(text)
            self._next = int(found["next"])
            self._keys = {int(number): bytes.fromhex(key) for number, key in found["keys"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(f"{self._stock} cannot be read ({error}); erase it and new keys are made") from error

    @property
    def identity(self) -> bytes:
        """The public identity key, 32 bytes, which the operator certifies."""
        return self._identity.public_key().public_bytes_raw()

    def prove(self, statement: bytes) -> bytes:
        """Return the identity's signature over a request to be let in, which shows that it is this machine's."""
        return self._identity.sign(statement)

    def unspent(self) -> Mapping[int, X25519PrivateKey]:
        """Return the one-time keys that may still be used, by number."""
        return {number: X25519PrivateKey.from_private_bytes(key) for number, key in self._keys.items()}

    def publish(self, federation: str, count: int) -> tuple[Prekey, ...]:
        """Make `count` more one-time keys, keep them, and return their public halves, signed for `federation`."""
        fresh = {self._next + place: X25519PrivateKey.generate() for place in range(count)}
        self._next += count
        self._keys |= {number: key.private_bytes_raw() for number, key in fresh.items()}
        self._keys = {number: self._keys[number] for number in sorted(self._keys)[-MOST_UNSPENT:]}
        self._write()
        return tuple(sign_prekey(self._identity, federation, number, key) for number, key in fresh.items())

    def spend(self, number: int) -> None:
        """Erase the one-time key `number`, on disk before this returns."""
        self._keys.pop(number, None)
        self._write()

    def _write(self) -> None:
        keys = {str(number): key.hex() for number, key in self._keys.items()}
        write_whole(self._stock, json.dumps({"next": self._next, "keys": keys}).encode())


def _identity(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        fresh = Ed25519PrivateKey.generate()
        form = serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        write_whole(path, fresh.private_bytes(*form))
        return fresh
    try:
        found = serialization.load_ssh_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise StoreError(f"the identity key {path} cannot be read ({error}); restore it, or enrol anew") from error
    if not isinstance(found, Ed25519PrivateKey):
        raise StoreError(f"{path} is no Ed25519 key; restore it, or enrol anew")
    return found
