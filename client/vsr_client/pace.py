"""How often a machine asks its server for a message: often while rounds go on, rarely while nothing happens.

A look costs a SuperLink 13 ms (docs/scaling.md), so that machines that look each second are what it can hold fewest of.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

IDLE_AFTER_SECONDS: Final = 120.0
"""Longer than the pauses within a round and between rounds that follow each other."""
IDLE_SECONDS: Final = 10.0
"""Between two looks of an idle machine: so much later it hears of the next round's beginning."""
_LOOK: Final = 1.0
"""Flower sleeps longer than this only where a look found nothing; shorter ones wait for this machine's own answer."""


@dataclass
class Pace:
    """Sleeps in the place of Flower's own loop."""

    busy_seconds: float
    """Between two looks while rounds go on."""
    sleep: Callable[[float], None]
    _nothing_for: float = field(default=0.0, init=False)

    def __call__(self, seconds: float) -> None:
        """Sleep where Flower would sleep `seconds`, at this pace."""
        if seconds < _LOOK:
            self._nothing_for = 0.0
            self.sleep(min(seconds, self.busy_seconds))
            return
        idle = self._nothing_for >= IDLE_AFTER_SECONDS
        pause = max(self.busy_seconds, IDLE_SECONDS) if idle else min(seconds, self.busy_seconds)
        self._nothing_for += pause
        self.sleep(pause)
