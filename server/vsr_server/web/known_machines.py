"""Which machines may call the SuperLink at all, asked of the database now and then.

The SuperLink judges every request by its signature. It needs some 13 ms of one core for that, so that a stranger with
a few connections could keep it busy; here a key that nobody was let in with costs a look into a set.
"""

import asyncio
import base64
import logging
import time
from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool

from vsr_server.database import Database
from vsr_server.enrolment.machines import machines, may_take_part
from vsr_shared.errors import FederationError

_SECONDS: Final = 30.0
"""After so long the database is asked again: a revoked machine is refused by the SuperLink at once, here then."""
_AGAIN_SECONDS: Final = 1.0
"""An unknown key makes the database be asked again, but not more often than this."""
_log = logging.getLogger("vsr.public")


class KnownMachines:
    """The keys of the machines that may take part, as their requests show them: base64 of PEM."""

    def __init__(self, load: Callable[[], frozenset[bytes]], clock: Callable[[], float] = time.monotonic) -> None:
        self._load = load
        self._clock = clock
        self._keys: frozenset[bytes] | None = None
        self._asked_at = -_SECONDS
        self._asking = asyncio.Lock()

    async def may_be(self, shown: bytes) -> bool:
        """Whether `shown` is a machine's key; True as well where the database does not say."""
        if self._due(shown):
            async with self._asking:
                # Another request may have asked while this one waited.
                if self._due(shown):
                    await self._ask()
        return self._keys is None or shown in self._keys

    def _due(self, shown: bytes) -> bool:
        age = self._clock() - self._asked_at
        return age >= _SECONDS or (age >= _AGAIN_SECONDS and shown not in (self._keys or ()))

    async def _ask(self) -> None:
        self._asked_at = self._clock()
        try:
            self._keys = await run_in_threadpool(self._load)
        except FederationError as error:
            # The SuperLink knows whom it let in; a database that is away for a while must not end everybody's node.
            self._keys = None
            _log.error("the machines' keys cannot be read, so the SuperLink decides alone: %s", error)


def known_in(database: Database) -> KnownMachines:
    """Return the machines of `database`."""

    def load() -> frozenset[bytes]:
        return frozenset(base64.b64encode(one.node_key.encode()) for one in machines(database) if may_take_part(one))

    return KnownMachines(load)
