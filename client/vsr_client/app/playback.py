"""Playing a recording back: any part of its bytes, in a format that browsers play."""

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

import numpy as np
from starlette.responses import Response, StreamingResponse

from vsr_shared.audio.decode import SAMPLE_RATE, decode_blocks

_PIECE: Final = 64 * 1024
_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


def media_type(head: bytes) -> str | None:
    """Return the type of audio that begins with `head` (12 bytes); None where browsers may not play it."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[:4] == b"fLaC":
        return "audio/flac"
    if head[:4] == b"OggS":
        return "audio/ogg"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "audio/webm"
    if head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return "audio/mpeg"
    return None


def answer(audio: BinaryIO, seconds: float, wanted: str | None) -> Response:
    """Return `audio`, which is closed at the end, or the range of it that the header `wanted` names.

    What browsers may not play is sent as a WAV at 22,050 Hz, made as it is sent.
    """
    kind = media_type(audio.read(12))
    if kind:
        size = audio.seek(0, 2)
        source = _original
    else:
        kind, size, source = "audio/wav", _HEADER.size + 2 * round(seconds * SAMPLE_RATE), _as_wav
    headers = {"accept-ranges": "bytes"}
    span = _span(wanted, size)
    if span is None:
        audio.close()
        return Response(status_code=416, headers=headers | {"content-range": f"bytes */{size}"})
    first, last = span
    headers["content-length"] = str(last - first + 1)
    if wanted:
        headers["content-range"] = f"bytes {first}-{last}/{size}"
    return StreamingResponse(
        source(audio, size, first, last + 1), status_code=206 if wanted else 200, headers=headers, media_type=kind
    )


def _span(wanted: str | None, size: int) -> tuple[int, int] | None:
    """Return the first and last byte of a Range header (RFC 9110, 14.1.2), one range; None where there is none."""
    if not wanted:
        return 0, size - 1
    match = _RANGE.fullmatch(wanted.replace(" ", ""))
    if not match or match[0] == "bytes=-":
        return None
    if not match[1]:
        length = min(int(match[2]), size)
        return (size - length, size - 1) if length else None
    first, last = int(match[1]), min(int(match[2] or size), size - 1)
    return (first, last) if first <= last else None


def _original(audio: BinaryIO, size: int, first: int, end: int) -> Iterator[bytes]:
    with audio:
        audio.seek(min(first, size))
        while first < end and (piece := audio.read(min(_PIECE, end - first))):
            first += len(piece)
            yield piece


def _as_wav(audio: BinaryIO, size: int, first: int, end: int) -> Iterator[bytes]:
    position = 0
    with audio:
        for piece in _wav_pieces(audio, size):
            begin, position = position, position + len(piece)
            if position > first:
                yield piece[max(first - begin, 0) : end - begin]
            if position >= end:
                return


def _wav_pieces(audio: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield a WAV of `size` bytes, the length that was announced, whatever the decoder gives this time."""
    left = size - _HEADER.size
    rate = SAMPLE_RATE
    yield _HEADER.pack(b"RIFF", 36 + left, b"WAVE", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16, b"data", left)
    for block in decode_blocks(audio):
        piece = (np.clip(block, -1, 32767 / 32768) * 32768).astype("<i2").tobytes()[:left]
        left -= len(piece)
        yield piece
    while left:
        piece = bytes(min(_PIECE, left))
        left -= len(piece)
        yield piece
