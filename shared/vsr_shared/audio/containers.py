"""Whether a sound file still has all the bytes that its own header promises.

Decoders hide a cut file: libsndfile quietly shortens a WAV to what is there, and FFmpeg ends a cut MP4 or
Ogg as if it ended there. So the container's own lengths are held against the file before it is decoded:
RIFF, RF64 and AIFF chunks; the last Ogg page (RFC 3533); ISO base media boxes (ISO/IEC 14496-12); the
elements of a Matroska or WebM file (RFC 9559); the Xing or Info frame of an MP3. FLAC and ADTS are known only
while decoding. A browser's WebM, an Ogg or an MP3 without that frame, cut exactly between two blocks, pages
or frames, cannot be told from a whole one.
"""

import io
import struct
from typing import BinaryIO

from vsr_shared.errors import EmptyAudio, TruncatedAudio

MAX_CHUNKS = 10_000
"""Chunks or boxes looked at before giving up on a file's structure."""

MAX_BLOCKS = 10_000_000
"""Blocks looked at in a browser's recording: 24 hours have 4.3 million of 20 ms."""

_OPEN_ENDED = {b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75"}
"""Matroska's Segment and Cluster, which a browser leaves without a length: what is in them is walked through."""

_LARGEST_OGG_PAGE = 27 + 255 + 255 * 255


def check_complete(file: BinaryIO, name: str) -> None:
    """Raise TruncatedAudio where the seekable `file` is shorter than its header says.

    EmptyAudio where it is a complete container with no samples. A header that is not known here passes.
    """
    head = _at(file, 0, 12)
    if head[:4] in {b"RIFF", b"RF64"} and head[8:] == b"WAVE":
        _check_chunks(file, name, big_endian=False)
    elif head[:4] == b"FORM" and head[8:] in {b"AIFF", b"AIFC"}:
        _check_chunks(file, name, big_endian=True)
    elif head[:4] == b"OggS":
        _check_last_page(file, name)
    elif head[4:8] == b"ftyp":
        _check_boxes(file, name)
    elif head[:4] == b"\x1a\x45\xdf\xa3":
        _check_matroska(file, name)
    elif is_mpeg_audio(file):
        _check_mp3(file, name)


def is_mpeg_audio(file: BinaryIO) -> bool:
    """Return whether the seekable `file` begins as MP3 or ADTS AAC does: an ID3 tag or a frame's sync word."""
    head = _at(file, 0, 3)
    return head == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0)


def truncated(name: str, detail: str) -> TruncatedAudio:
    """Return the error for a recording that ends early; `detail` says how that shows."""
    return TruncatedAudio(f"{name} is cut off or damaged: {detail}; copy it again from its source, or record it again")


def empty(name: str) -> EmptyAudio:
    """Return the error for a recording without a single sample."""
    return EmptyAudio(f"{name} holds no samples; record it again or choose another file")


def _at(file: BinaryIO, position: int, count: int) -> bytes:
    file.seek(position)
    return file.read(count)


def _size(file: BinaryIO) -> int:
    return file.seek(0, io.SEEK_END)


def _shortfall(name: str, promised: int, size: int) -> TruncatedAudio:
    return truncated(name, f"its header speaks of {promised:,} bytes and {size:,} are there")


def _is_placeholder(length: int) -> bool:
    # A recorder that writes to a pipe cannot go back to fill the length in, and leaves one near a limit.
    return length | 0xFFF in {0x7FFFFFFF, 0x80000FFF, 0xFFFFFFFF}


def _check_chunks(file: BinaryIO, name: str, *, big_endian: bool) -> None:
    size, position, long_length = _size(file), 12, None
    sound = b"SSND" if big_endian else b"data"
    for _ in range(MAX_CHUNKS):
        header = _at(file, position, 8)
        if len(header) < 8:
            raise truncated(name, "it ends before its samples begin")
        kind, length = struct.unpack(">4sI" if big_endian else "<4sI", header)
        if kind == b"ds64":
            body = _at(file, position + 8, 16)
            long_length = struct.unpack("<8xQ", body)[0] if len(body) == 16 else None
        if kind == sound:
            _check_sound_chunk(file, name, position + 8, long_length if length == 0xFFFFFFFF else length)
            return
        position += 8 + length + length % 2
        if position > size:
            raise _shortfall(name, position, size)


def _check_sound_chunk(file: BinaryIO, name: str, start: int, length: int | None) -> None:
    size = _size(file)
    if size == start or (length == 0 and _is_chunks_to_the_end(file, start, size)):
        raise empty(name)
    if length and not _is_placeholder(length) and start + length > size:
        raise _shortfall(name, start + length, size)


def _is_chunks_to_the_end(file: BinaryIO, position: int, size: int) -> bool:
    # Tells an empty recording with notes behind it from a stream whose length was left at 0.
    for _ in range(MAX_CHUNKS):
        header = _at(file, position, 8)
        if len(header) < 8 or not header[:4].isascii() or not header[:4].decode().isprintable():
            break
        length = struct.unpack("<4xI", header)[0]
        position += 8 + length + length % 2
    return position >= size and position - size <= 1


def _check_last_page(file: BinaryIO, name: str) -> None:
    size = _size(file)
    tail = _at(file, max(0, size - _LARGEST_OGG_PAGE), _LARGEST_OGG_PAGE)
    page = tail[tail.rfind(b"OggS") :] if b"OggS" in tail else b""
    lacing = page[27 : 27 + page[26]] if len(page) > 26 else b""
    if len(page) < 27 or len(lacing) < page[26] or len(page) < 27 + len(lacing) + sum(lacing):
        raise truncated(name, "its last Ogg page is not whole")


def _check_boxes(file: BinaryIO, name: str) -> None:
    size, position = _size(file), 0
    kinds = set()
    for _ in range(MAX_CHUNKS):
        header = _at(file, position, 16)
        if len(header) < 8:
            break
        length, kind = struct.unpack(">I4s", header[:8])
        kinds.add(kind)
        if length == 1 and len(header) == 16:
            length = struct.unpack(">8xQ", header)[0]
        if length < 8:  # 0 reaches to the end of the file; anything else is not a box
            break
        position += length
        if position > size:
            raise _shortfall(name, position, size)
    if b"mdat" in kinds and b"moov" not in kinds:
        raise truncated(name, "its MP4 index was never written")


def _check_matroska(file: BinaryIO, name: str) -> None:
    size, position = _size(file), 0
    for _ in range(MAX_BLOCKS):
        header = _at(file, position, 12)
        if not header or not header[0]:
            return
        identifier = header[: 9 - header[0].bit_length()]
        length, width = _ebml_length(header[len(identifier) :])
        position += len(identifier) + width
        if length is not None and position + length > size:
            raise _shortfall(name, position + length, size)
        if length is None and identifier not in _OPEN_ENDED:
            return
        position += length or 0


def _ebml_length(data: bytes) -> tuple[int | None, int]:
    """Return an EBML length (RFC 8794, 6.2), None where it is unknown, and its width in bytes."""
    if not data or not data[0]:
        return None, 0
    width = 9 - data[0].bit_length()
    bits = (1 << 7 * width) - 1
    length = int.from_bytes(data[:width], "big") & bits
    return (None if length == bits or len(data) < width else length), width


def _check_mp3(file: BinaryIO, name: str) -> None:
    size, start = _size(file), 0
    head = _at(file, 0, 10)
    if head[:3] == b"ID3" and len(head) == 10:
        start = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
        if start >= size:
            raise _shortfall(name, start, size)
    frame = _at(file, start, 52)
    if len(frame) < 52 or frame[0] != 0xFF:
        return
    mpeg1, mono = frame[1] & 0x18 == 0x18, frame[3] >> 6 == 3
    side_information = (17 if mono else 32) if mpeg1 else (9 if mono else 17)
    tag = frame[4 + side_information :]
    has_frames, has_bytes = tag[7] & 1, tag[7] & 2
    if tag[:4] in {b"Xing", b"Info"} and has_bytes:
        promised = start + struct.unpack_from(">I", tag, 12 if has_frames else 8)[0]
        if promised > size:
            raise _shortfall(name, promised, size)
