"""A spectrogram image as a picture: a PNG with a fixed colour map, written by NumPy and zlib alone.

The colours run from near black over violet and orange to pale yellow with evenly rising lightness in Oklab
(Ottosson, 2020), so that equal steps in dB look equally large, also without colour vision.
"""

import struct
import zlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import UsageError

MAX_SCALE = 16
"""Largest factor by which a picture is enlarged."""

_LIGHTNESS = (0.10, 0.97)
_HUE_DEGREES = (285.0, 465.0)
_CHROMA = (0.06, 0.19, 0.06)

_OKLAB_TO_LMS = np.array(
    [[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.2914855480]]
)
_LMS_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def spectrogram_png(image: npt.NDArray[np.uint8], *, scale: int = 1) -> bytes:
    """Return `image` (uint8, `(bands, frames)`, row 0 the lowest band) as a PNG with low bands at the bottom.

    Each cell becomes `scale` x `scale` pixels (1 to 16), so the picture is `frames * scale` wide and
    `bands * scale` high. UsageError where the image or the scale cannot be.
    """
    if image.ndim != 2 or image.dtype != np.uint8 or not image.size or not 1 <= scale <= MAX_SCALE:
        raise UsageError(f"a picture needs a uint8 image (bands, frames) and a scale of 1 to {MAX_SCALE}")
    pixels = image[::-1].repeat(scale, axis=0).repeat(scale, axis=1)
    height, width = pixels.shape
    lines = np.pad(pixels, ((0, 0), (1, 0)))  # PNG: each line begins with its filter, 0 for none
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"PLTE", colour_map().tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


@lru_cache(maxsize=1)
def colour_map() -> npt.NDArray[np.uint8]:
    """Return the colours of 0..255 as sRGB `(256, 3)`."""
    position = np.linspace(0, 1, 256)
    lightness = np.interp(position, (0, 1), _LIGHTNESS)
    hue = np.radians(np.interp(position, (0, 1), _HUE_DEGREES))
    chroma = np.interp(position, (0, 0.5, 1), _CHROMA)
    oklab = np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=1)
    linear = ((oklab @ _OKLAB_TO_LMS.T) ** 3 @ _LMS_TO_RGB.T).clip(0, 1)
    gamma = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    colours: npt.NDArray[np.uint8] = np.rint(255 * gamma).astype(np.uint8)
    return colours


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
