"""A ZIP file that is made as it is read: never whole in memory, nowhere on a disk."""

import io
import zipfile
from collections.abc import Generator, Iterable, Iterator
from datetime import datetime

_PIECE = 64 * 1024


class ZipStream:
    """Files go in, pieces of the ZIP come out; each method yields what there is to send on."""

    def __init__(self, made: datetime) -> None:
        """Begin a ZIP whose files count as made at `made`, unless they say otherwise."""
        self._made = made
        self._drain = _Drain()
        self._zip = zipfile.ZipFile(self._drain, "w")

    def add(
        self, name: str, pieces: Iterable[bytes], made: datetime | None = None, *, compress: bool = True
    ) -> Iterator[bytes]:
        """Take in a file `name` with the bytes in `pieces`; without `compress` for what is compressed already."""
        info = zipfile.ZipInfo(name, max((made or self._made).timetuple()[:6], (1980, 1, 1, 0, 0, 0)))
        info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        # Sizes are not known beforehand, and a recording may be larger than the old format's 4 GiB.
        with self._zip.open(info, "w", force_zip64=True) as file:
            for piece in pieces:
                file.write(piece)
                yield from self._drain.taken(_PIECE)
        yield from self._drain.taken()

    def close(self) -> Generator[bytes]:
        """End the ZIP."""
        self._zip.close()
        yield from self._drain.taken()


class _Drain(io.RawIOBase):
    """Holds what was written until it is taken."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        given = bytes(data)  # type: ignore[call-overload]
        self._held += given
        return len(given)

    def taken(self, least: int = 1) -> Iterator[bytes]:
        if len(self._held) >= least:
            piece = bytes(self._held)
            self._held.clear()
            yield piece
