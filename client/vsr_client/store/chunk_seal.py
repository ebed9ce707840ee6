"""The form of sealed files: AES-256-GCM in chunks, by the STREAM construction.

Hoang, Reyhanitabar, Rogaway, Vizár, Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance, CRYPTO
2015, section 7: each chunk's nonce is a random prefix, the chunk's number and whether it is the last, so that no chunk
can be dropped, repeated, moved, taken from another file or cut off without being noticed. The header and what the file
is for are authenticated with every chunk. A key serves one file.

    header  "VSRs", version 1, chunk size (4 bytes), nonce prefix (7 bytes)
    chunks  of chunk size + 16 bytes each, the last one shorter or as long; an empty file has one empty chunk
"""

import os
import struct
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vsr_shared.errors import StoreError

CHUNK: Final = 256 * 1024
"""Plain bytes a chunk, where nobody says otherwise."""
TAG: Final = 16
"""Bytes by which a sealed chunk is longer."""
_HEADER: Final = struct.Struct(">4sBI7s")
HEADER_BYTES: Final = _HEADER.size
_MAGIC: Final = b"VSRs"
_VERSION: Final = 1
_LARGEST: Final = 16 * 1024 * 1024


class ChunkSeal:
    """Seals and opens the chunks of one file."""

    def __init__(self, key: bytes, purpose: str, header: bytes) -> None:
        """Work with the file that begins with `header`; StoreError where that is no sealed file's."""
        if len(header) != HEADER_BYTES:
            raise self._not_one(purpose)
        magic, version, chunk, prefix = _HEADER.unpack(header)
        if magic != _MAGIC or version != _VERSION or not 0 < chunk <= _LARGEST:
            raise self._not_one(purpose)
        self.chunk: int = chunk
        self._prefix: bytes = prefix
        self.header, self.purpose = header, purpose
        self._cipher, self._bound = AESGCM(key), header + purpose.encode()

    @classmethod
    def new(cls, key: bytes, purpose: str, chunk: int) -> "ChunkSeal":
        """Begin a file with `chunk` plain bytes a chunk."""
        return cls(key, purpose, _HEADER.pack(_MAGIC, _VERSION, chunk, os.urandom(7)))

    def close(self, number: int, last: bool, plain: bytes) -> bytes:
        """Return one chunk sealed. A number is used once, or for the same bytes."""
        return self._cipher.encrypt(self._nonce(number, last), plain, self._bound)

    def open(self, number: int, last: bool, sealed: bytes) -> bytes:
        """Return one chunk; StoreError where it is not what was written in this place."""
        try:
            return self._cipher.decrypt(self._nonce(number, last), sealed, self._bound)
        except (InvalidTag, ValueError) as error:
            raise self.damaged() from error

    def damaged(self) -> StoreError:
        """Return the error for a file that is not what was written."""
        return StoreError(f"{self.purpose} is damaged or was cut off; use another copy, such as a backup's")

    def _nonce(self, number: int, last: bool) -> bytes:
        return self._prefix + struct.pack(">IB", number, last)

    @staticmethod
    def _not_one(purpose: str) -> StoreError:
        return StoreError(f"{purpose} is damaged or not a sealed file; use another copy, such as a backup's")
