"""Connections of the public port: so many in all, so many from one address, and headers within seconds.

uvicorn waits for ever for a first request and for the rest of its headers, which lets a handful of slow
strangers (slowloris) hold every place.
"""

import asyncio
from collections import Counter
from collections.abc import Container
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from vsr_server.web.limits import PublicLimits
from vsr_server.web.rate_limit import network_of


def patient_protocol(limits: PublicLimits, trusted: Container[str] = ()) -> type[H11Protocol]:
    """Return uvicorn's HTTP protocol with `limits`; a proxy in `trusted` speaks for many addresses."""
    connected: Counter[str] = Counter()

    class PatientProtocol(H11Protocol):
        """One connection."""

        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._network: str | None = None
            self._headers_due: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            address = self.client[0] if self.client else ""
            if address not in trusted:
                self._network = network_of(address)
                connected[self._network] += 1
                if connected[self._network] > limits.connections_per_address:
                    transport.abort()
                    return
            self._expect_headers()

        def connection_lost(self, exc: Exception | None) -> None:
            self._headers_came()
            if self._network is not None:
                connected[self._network] -= 1
                if not connected[self._network]:
                    del connected[self._network]
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.cycle is not None and not self.cycle.response_complete:
                self._headers_came()
            else:
                self._expect_headers()

        def _expect_headers(self) -> None:
            if self._headers_due is None and not self.transport.is_closing():
                self._headers_due = self.loop.call_later(limits.header_seconds, self.transport.abort)

        def _headers_came(self) -> None:
            if self._headers_due is not None:
                self._headers_due.cancel()
                self._headers_due = None

    return PatientProtocol
