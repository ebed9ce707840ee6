"""A grey picture as PNG (W3C PNG Specification, third edition), which every browser shows."""

import struct
import zlib

import numpy as np
import numpy.typing as npt


def grey_png(image: npt.NDArray[np.uint8]) -> bytes:
    """Return `image` (height, width), 0 black to 255 white, first row on top, as an 8-bit greyscale PNG."""
    height, width = image.shape
    # Every line begins with its filter: 0, none.
    lines = np.concatenate([np.zeros((height, 1), np.uint8), image], axis=1).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines, 6)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
