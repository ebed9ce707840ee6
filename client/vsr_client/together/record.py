"""The sealed record of participation: what left this machine, what was refused, and how the connection stood.

An entry is an event's name, its time and its fields. `vsr_client.join` keeps an event before it acts on it: an update
whose entry cannot be written is not sent.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from vsr_client.round_events import Rejoining, ServerLost
from vsr_client.together.events import Started, Waiting
from vsr_shared.federation.events import Event, event_name

Entry = dict[str, Any]

REPEATED: Final = (Rejoining, ServerLost, Started, Waiting)
"""Events that a machine left alone for a week would fill its record with: kept once, until another happens."""


class Log(Protocol):
    """Where entries are kept, oldest first."""

    def add(self, entry: Entry) -> None:
        """Keep `entry`; StoreError where it cannot be kept."""


def entry_of(event: Event, at: datetime) -> Entry:
    """Return `event` as it is kept; `at` needs a time zone."""
    return {"event": event_name(event), "at": at.isoformat(timespec="milliseconds")} | asdict(event)


def keeper(log: Log, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Callable[[Event], None]:
    """Return what keeps an event in `log`; StoreError where it cannot. The same trouble again is not news."""
    latest = ""

    def keep(event: Event) -> None:
        nonlocal latest
        kind = f"{event_name(event)} {getattr(event, 'code', '')}"
        if kind == latest and isinstance(event, REPEATED):
            return
        log.add(entry_of(event, now()))
        latest = kind

    return keep
