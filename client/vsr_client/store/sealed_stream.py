"""Reading a sealed file that comes in order, as from a network or a backup."""

import io
from typing import BinaryIO

from vsr_client.store.chunk_seal import HEADER_BYTES, TAG, ChunkSeal


class SealedStream(io.RawIOBase):
    """A sealed file as it was before. What ends too early fails at its end: nothing may be believed before."""

    def __init__(self, source: BinaryIO, key: bytes, purpose: str) -> None:
        """Begin to read; StoreError where it is not a sealed file."""
        self._source, self._seal = source, ChunkSeal(key, purpose, _exactly(source, HEADER_BYTES))
        self._number, self._plain, self._start = 0, b"", 0
        self._following = _exactly(source, self._seal.chunk + TAG)
        self._ended = False

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: object) -> int:
        """Read up to a chunk's end; StoreError where the chunk is not what was written."""
        target = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while self._start >= len(self._plain) and not self._ended:
            self._next()
        piece = self._plain[self._start : self._start + len(target)]
        target[: len(piece)] = piece
        self._start += len(piece)
        return len(piece)

    def _next(self) -> None:
        now, self._following = self._following, _exactly(self._source, self._seal.chunk + TAG)
        self._ended = not self._following
        self._plain, self._start = self._seal.open(self._number, self._ended, now), 0
        self._number += 1


def _exactly(source: BinaryIO, size: int) -> bytes:
    """Return the next `size` bytes, fewer only at the end: sources may give less than they are asked for."""
    parts: list[bytes] = []
    while size and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
