"""Sealing bytes under the data key: AES-256-GCM, a fresh nonce each, bound to what they are for."""

import hmac
import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vsr_shared.errors import StoreError

KEY_BYTES = 32
_NONCE_BYTES = 12


def seal(key: bytes, purpose: str, data: bytes) -> bytes:
    """Return `data` sealed; it opens only with the same `key` and the same `purpose`."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, purpose.encode())


def unseal(key: bytes, purpose: str, sealed: bytes) -> bytes:
    """Return what `seal` sealed; StoreError where it was changed, moved or sealed under another key."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
    except (InvalidTag, ValueError) as error:
        raise StoreError(f"{purpose} in the data folder is damaged; restore the folder from a backup") from error


def fingerprint(key: bytes, data: bytes) -> str:
    """Return a name for `data` that says nothing about it without the key."""
    return hmac.new(key, b"fingerprint\0" + data, sha256).hexdigest()
