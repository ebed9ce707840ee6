"""Bytes that one thread writes and a response sends as they come, a few pieces in memory at a time; and back."""

import io
import queue
from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import BinaryIO, Final, cast

_PIECES: Final = 16
_LOOK_SECONDS: Final = 0.2


class Unwanted(OSError):
    """Nobody takes the bytes any more."""


def poured(write: Callable[[BinaryIO], None]) -> Iterator[bytes]:
    """Yield what `write` writes into the file it is given, while it does; what it raises is raised here."""
    pieces: queue.Queue[bytes | Exception | None] = queue.Queue(_PIECES)
    gone = Event()

    def work() -> None:
        end: Exception | None = None
        try:
            with io.BufferedWriter(_Mouth(pieces, gone), 256 * 1024) as out:
                write(cast("BinaryIO", out))
        except Exception as error:  # whatever it is, it belongs to whoever reads
            end = error
        _put(pieces, gone, end)

    thread = Thread(target=work, name="pour", daemon=True)
    thread.start()
    try:
        while (piece := pieces.get()) is not None:
            if isinstance(piece, Exception):
                raise piece
            yield piece
    finally:
        gone.set()
        thread.join()


class _Mouth(io.RawIOBase):
    """Takes what is written."""

    def __init__(self, pieces: "queue.Queue[bytes | Exception | None]", gone: Event) -> None:
        self._pieces = pieces
        self._gone = gone

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(cast("memoryview", data))
        if not _put(self._pieces, self._gone, piece):
            raise Unwanted("nobody reads this any more")
        return len(piece)


class Poured(io.RawIOBase):
    """An iterable of bytes as a file that can be read once, from its beginning to its end."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        """Read `pieces`."""
        self._pieces = pieces
        self._left = b""

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill `buffer` with the next bytes; 0 at the end."""
        view = memoryview(cast("bytearray", buffer)).cast("B")
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = piece
        count = min(len(view), len(self._left))
        view[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def _put(pieces: "queue.Queue[bytes | Exception | None]", gone: Event, piece: bytes | Exception | None) -> bool:
    while not gone.is_set():
        try:
            pieces.put(piece, timeout=_LOOK_SECONDS)
            return True
        except queue.Full:
            continue
    return False
