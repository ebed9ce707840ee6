"""The outline of a recording's wave, for a picture of it."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from vsr_shared.audio.decode import SAMPLE_RATE, Block

Floats = npt.NDArray[np.float32]


def outline(blocks: Iterable[Block], seconds: float, points: int) -> tuple[Floats, Floats]:
    """Return the lowest and the highest sample (points,), -1..1, of each of `points` equal parts of a recording.

    `blocks` are mono at 22,050 Hz and `seconds` long altogether; one is in memory at a time. A part without a sample
    is 0.
    """
    total = max(1, round(seconds * SAMPLE_RATE))
    low, high = np.full(points, np.inf, np.float32), np.full(points, -np.inf, np.float32)
    position = 0
    for block in blocks:
        places = np.minimum((position + np.arange(len(block))) * points // total, points - 1)
        np.minimum.at(low, places, block)
        np.maximum.at(high, places, block)
        position += len(block)
    seen = low <= high
    return np.where(seen, low, 0).clip(-1, 1), np.where(seen, high, 0).clip(-1, 1)
