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
        if not len(block):
            continue
        first, last = (min(at * points // total, points - 1) for at in (position, position + len(block) - 1))
        # Where in the block each of its parts begins: the first sample n with n * points >= part * total.
        starts = np.unique(-(-np.arange(first + 1, last + 1) * total // points) - position)
        starts = np.concatenate(([0], starts))
        places = np.minimum((position + starts) * points // total, points - 1)
        low[places] = np.minimum(low[places], np.minimum.reduceat(block, starts))
        high[places] = np.maximum(high[places], np.maximum.reduceat(block, starts))
        position += len(block)
    seen = low <= high
    return np.where(seen, low, 0).clip(-1, 1), np.where(seen, high, 0).clip(-1, 1)
