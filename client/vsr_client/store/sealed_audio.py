"""Sealed files: written as a stream, read from any place. Their form is `chunk_seal`'s."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from vsr_client.store.chunk_seal import CHUNK, HEADER_BYTES, TAG, ChunkSeal
from vsr_shared.errors import StoreError


class SealedWriter(io.RawIOBase):
    """Seals what is written to it, chunk by chunk; without `finish` the file counts as cut off."""

    def __init__(self, file: BinaryIO, key: bytes, purpose: str, chunk: int = CHUNK) -> None:
        """Begin a sealed file in `file`."""
        self._file, self._seal = file, ChunkSeal.new(key, purpose, chunk)
        self._chunk, self._buffer, self._number = chunk, bytearray(), 0
        self._through(self._seal.header)

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, data: object) -> int:
        """Take `data`; whole chunks are sealed and written, the rest waits."""
        given = bytes(data)  # type: ignore[call-overload]
        self._buffer += given
        # The last chunk must be known as such, so one whole chunk may have to wait: but not in a capture (`spill`).
        while len(self._buffer) > self._chunk:
            self._put(bytes(self._buffer[: self._chunk]), last=False)
            del self._buffer[: self._chunk]
        return len(given)

    @property
    def chunks(self) -> int:
        """How many chunks were written."""
        return self._number

    def spill(self) -> None:
        """Write a whole chunk that waits, so that it survives this process; another one will be the last."""
        if len(self._buffer) == self._chunk:
            self._put(bytes(self._buffer), last=False)
            self._buffer.clear()

    def finish(self) -> None:
        """Seal the last chunk; the file is whole from now on."""
        self._put(bytes(self._buffer), last=True)
        self._buffer.clear()

    def _put(self, plain: bytes, *, last: bool) -> None:
        self._through(self._seal.close(self._number, last, plain))
        self._number += 1

    def _through(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            # An unbuffered file on a disk that is nearly full takes a part; the next try says why.
            left = left[self._file.write(left) :]


class SealedReader(io.RawIOBase):
    """A sealed file as it was before: seekable, one chunk in memory.

    `front` are bytes that stand before the file's own. `unfinished` reads a file that was never finished up to its
    last whole chunk.
    """

    def __init__(self, file: BinaryIO, key: bytes, purpose: str, *, front: bytes = b"", unfinished: bool = False):
        """Open `file`; StoreError where it is damaged, cut off, of another key or purpose, or not sealed at all."""
        self._file, self._front, self._unfinished = file, front, unfinished
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        self._seal = ChunkSeal(key, purpose, file.read(HEADER_BYTES))
        self._chunk = self._seal.chunk
        self._count, plain = self._extent(size - HEADER_BYTES)
        self._size = len(front) + plain
        self._position, self._held, self._held_number = 0, b"", -1
        if self._count:
            # A file that was cut between two chunks fails here, before anything of it is believed.
            self._load(self._count - 1)

    @property
    def size(self) -> int:
        """Bytes in all."""
        return self._size

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def close(self) -> None:
        """Close the file too."""
        if not self.closed:
            self._held = b""
            self._file.close()
        super().close()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; a place before the beginning is refused as files do."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise OSError(22, "negative seek position")
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        """Return the place."""
        return self._position

    def readinto(self, buffer: object) -> int:
        """Read up to a chunk's end; StoreError where the chunk is not what was written."""
        target = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if self._position < len(self._front):
            piece = self._front[self._position : self._position + len(target)]
        else:
            number, start = divmod(self._position - len(self._front), self._chunk)
            if number >= self._count:
                return 0
            self._load(number)
            piece = self._held[start : start + len(target)]
        target[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _extent(self, sealed: int) -> tuple[int, int]:
        whole, rest = divmod(sealed, self._chunk + TAG)
        if self._unfinished:
            # It may have been finished in its last moment: a rest that opens as the last chunk is one.
            if rest >= TAG and self._opens(whole, rest):
                return whole + 1, whole * self._chunk + rest - TAG
            return whole, whole * self._chunk
        if (rest and rest < TAG) or sealed < TAG:
            raise self._seal.damaged()
        return whole + bool(rest), sealed - TAG * (whole + bool(rest))

    def _opens(self, number: int, length: int) -> bool:
        try:
            self._seal.open(number, True, self._sealed(number, length))
        except StoreError:
            return False
        return True

    def _sealed(self, number: int, length: int) -> bytes:
        self._file.seek(HEADER_BYTES + number * (self._chunk + TAG))
        return self._file.read(length)

    def _load(self, number: int) -> None:
        if number == self._held_number:
            return
        data = self._sealed(number, self._chunk + TAG)
        last = number == self._count - 1
        try:
            self._held = self._seal.open(number, last, data)
        except StoreError:
            if not (self._unfinished and last):
                raise
            self._held = self._seal.open(number, False, data)
        self._held_number = number


def opened(
    file: BinaryIO, key: bytes, purpose: str, *, front: bytes = b"", unfinished: bool = False
) -> io.BufferedReader:
    """Return a buffered, seekable reader of a sealed file; raises and takes what `SealedReader` does."""
    try:
        return io.BufferedReader(SealedReader(file, key, purpose, front=front, unfinished=unfinished), 64 * 1024)
    except BaseException:
        file.close()
        raise


def pieces(source: BinaryIO, size: int = CHUNK) -> Iterator[bytes]:
    """Yield what is in `source`, `size` bytes at a time."""
    while piece := source.read(size):
        yield piece
