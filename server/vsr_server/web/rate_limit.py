"""How often one address may ask: a token bucket each, for a bounded number of addresses, in memory alone."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

ADDRESSES: Final = 10_000
"""Addresses remembered at once; the one not seen for longest makes room."""


class RateLimit:
    """Token buckets: `burst` at once, `per_minute` in the long run, for each address."""

    def __init__(self, per_minute: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_minute / 60
        self._burst = float(burst)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, address: str) -> bool:
        """Take one token of `address`; False where it has none."""
        now = self._clock()
        key = network_of(address)
        tokens, then = self._buckets.pop(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - then) * self._per_second)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > ADDRESSES:
            self._buckets.popitem(last=False)
        return allowed


def network_of(address: str) -> str:
    """Return what one customer of a provider has: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address
