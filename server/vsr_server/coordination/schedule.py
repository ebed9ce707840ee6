"""When rounds begin: an interval as people write it, and the next time after the last."""

import re
from datetime import datetime, timedelta
from typing import Final

from vsr_shared.errors import UsageError

_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_INTERVAL: Final = re.compile(r"(\d+(?:\.\d+)?)([smhd])", re.ASCII)
_LONGEST: Final = 366 * 86_400


def parse_interval(text: str) -> float:
    """Return the seconds of an interval such as 90s, 30m, 6h or 1d; UsageError where it is none."""
    found = _INTERVAL.fullmatch(text.strip())
    seconds = float(found[1]) * _SECONDS[found[2]] if found else 0.0
    if not 0 < seconds <= _LONGEST:
        raise UsageError(f"an interval is a number with s, m, h or d, such as 6h, at most 366d; not {text!r}")
    return seconds


def next_start(last: datetime | None, every: float | None, now: datetime) -> datetime:
    """Return when the next round is due: `every` seconds after the last began, and at once where that is past.

    Times that were missed are not made up for.
    """
    if last is None or every is None:
        return now
    return max(now, last + timedelta(seconds=every))
