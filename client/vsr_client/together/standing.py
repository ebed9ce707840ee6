"""How taking part stands, read off the membership, the record and whether the background work runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from vsr_client.together.membership import Membership

State = Literal[
    "out",
    "paused",
    "stopped",
    "looking",
    "connected",
    "lost",
    "uncertified",
    "not_let_in",
    "unreachable",
    "nothing_taught",
]


@dataclass(frozen=True)
class Standing:
    """How taking part stands now."""

    state: State
    says: str
    """A sentence for the person; empty where the state says all."""


_WAITING: Final[Mapping[str, State]] = {
    "not_certified": "uncertified",
    "unknown_node": "not_let_in",
    "server_unreachable": "unreachable",
    "nothing_taught": "nothing_taught",
}
_SETTLING: Final = {"started", "connected", "server_lost", "server_found", "rejoining", "waiting", "stopped"}


def standing(membership: Membership | None, entries: Sequence[Mapping[str, Any]], running: bool) -> Standing:
    """Return how it stands; `entries` are the whole record, oldest first, `running` whether the work is under way."""
    if membership is None:
        return Standing("out", "")
    since = _since_joining(entries)
    if membership.paused:
        return Standing("paused", "")
    last = next((entry for entry in reversed(since) if entry["event"] in _SETTLING), None)
    if last is not None and last["event"] == "stopped":
        return Standing("stopped", last["message"])
    if not running:
        return Standing("stopped", "")
    return Standing(*_state(last))


def _state(last: Mapping[str, Any] | None) -> tuple[State, str]:
    if last is None or last["event"] == "started":
        return "looking", ""
    if last["event"] == "waiting":
        return _WAITING.get(last["code"], "lost"), last["message"]
    if last["event"] in {"connected", "server_found"}:
        return "connected", ""
    return "lost", last.get("reason", "")


def _since_joining(entries: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    joined = [place for place, entry in enumerate(entries) if entry["event"] == "joined"]
    return entries[joined[-1] :] if joined else entries
