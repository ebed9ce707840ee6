"""How loud a recording is, measured as it passes by."""

import math
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from vsr_client.store.kept_recording import Levels
from vsr_shared.audio.decode import Block

FULL_SCALE: Final = 0.999
"""Magnitude from which a sample counts as clipped: 16-bit sound ends at 0.99997."""
QUIETEST_DBFS: Final = -120.0
"""Level that is said of digital silence."""


class LevelMeter:
    """Passes mono blocks (about -1..1) through and measures them."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        """Measure `blocks` while somebody iterates over this."""
        self._blocks = blocks
        self._peak, self._power, self._clipped, self._count = 0.0, 0.0, 0, 0

    def __iter__(self) -> Iterator[Block]:
        """Yield the blocks."""
        for block in self._blocks:
            magnitude = np.abs(block)
            self._peak = max(self._peak, float(magnitude.max(initial=0.0)))
            self._power += float(np.square(block, dtype=np.float64).sum())
            self._clipped += int(np.count_nonzero(magnitude >= FULL_SCALE))
            self._count += len(block)
            yield block

    @property
    def samples(self) -> int:
        """Samples that passed."""
        return self._count

    @property
    def levels(self) -> Levels:
        """The levels of what passed; the peak is at most 1, for resampling may overshoot."""
        count = max(self._count, 1)
        power = self._power / count
        decibels = 10 * math.log10(power) if power > 0 else QUIETEST_DBFS
        return Levels(min(self._peak, 1.0), max(decibels, QUIETEST_DBFS), self._clipped / count)
