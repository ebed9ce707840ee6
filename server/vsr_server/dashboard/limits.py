"""How often: a bucket of calls that fills again, and a count of wrong tokens by address."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock
from typing import Final

Clock = Callable[[], float]

WRONG_TOKENS: Final = 10
"""Wrong tokens that an address may send within `WRONG_SECONDS`; further ones are not looked at."""
WRONG_SECONDS: Final = 60.0
_ADDRESSES: Final = 1024


class Bucket:
    """Token bucket: `burst` calls at once, `rate` a second in the long run. Thread-safe."""

    def __init__(self, rate: float, burst: int, clock: Clock = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, float(burst), clock
        self._left, self._at = float(burst), clock()
        self._lock = Lock()

    def wait(self) -> float:
        """Take a call and return 0, or the seconds after which there is one again."""
        with self._lock:
            now = self._clock()
            self._left = min(self._burst, self._left + (now - self._at) * self._rate)
            self._at = now
            if self._left < 1:
                return (1 - self._left) / self._rate
            self._left -= 1
            return 0.0


class WrongTokens:
    """Wrong tokens of late, by the address that they came from. Thread-safe; remembers the 1,024 newest addresses."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def count(self, address: str) -> None:
        """Note one of `address`."""
        with self._lock:
            times = self._times.setdefault(address, deque(maxlen=WRONG_TOKENS))
            times.append(self._clock())
            self._times.move_to_end(address)
            while len(self._times) > _ADDRESSES:
                self._times.popitem(last=False)

    def wait(self, address: str) -> float:
        """Return the seconds for which nothing that `address` shows is looked at; 0 where it is."""
        with self._lock:
            times = self._times.get(address)
            if times is None or len(times) < WRONG_TOKENS:
                return 0.0
            return max(0.0, times[0] + WRONG_SECONDS - self._clock())
