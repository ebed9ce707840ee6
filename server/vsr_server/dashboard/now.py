"""What the coordinator is doing, from the rows that it writes. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel

from vsr_server.database.tables import EventRow, Round

Phase = Literal["idle", "paused", "waiting", "first", "second", "gate"]

_PHASE_OF: Final[dict[str, Phase]] = {
    "round_started": "first",
    "shares_asked": "second",
    "sum_known": "gate",
}
"""What an event means for the open round; others mean nothing."""

_WORDS: Final[dict[Phase, str]] = {
    "idle": "No round has begun yet",
    "paused": "Paused: no new round begins",
    "waiting": "Waiting for enough machines",
    "first": "First exchange: machines train and send masked updates",
    "second": "Second exchange: the masks of the sum are taken off",
    "gate": "The new model is compared with the current one",
}


class Now(BaseModel):
    """What the coordinator is doing."""

    phase: Phase
    words: str
    since: datetime | None
    round: int | None
    """The open round, else the last one."""
    asked: int | None
    """Machines that the open round asked; null where none is open."""
    connected: int | None
    """Enrolled machines that are connected; null where the SuperLink does not answer."""


def seen_now(newest: Round | None, events: Sequence[EventRow], paused: bool, connected: int | None) -> Now:
    """Return what happens, from the newest round and the newest events (the newest first)."""
    phase, since = _phase(newest, events, paused)
    is_open = newest is not None and newest.outcome == "open"
    return Now(
        phase=phase,
        words=_WORDS[phase],
        since=since,
        round=newest.number if newest else None,
        asked=newest.asked if newest and is_open else None,
        connected=connected,
    )


def _phase(newest: Round | None, events: Sequence[EventRow], paused: bool) -> tuple[Phase, datetime | None]:
    if newest is not None and newest.outcome == "open":
        for event in events:
            if event.at < newest.started_at:
                break
            if event.name in _PHASE_OF:
                return _PHASE_OF[event.name], event.at
        return "first", newest.started_at
    if paused:
        return "paused", None
    if newest is not None:
        return "waiting", newest.ended_at
    waiting = next((event for event in events if event.name == "machines_online"), None)
    return ("waiting", waiting.at) if waiting else ("idle", None)
