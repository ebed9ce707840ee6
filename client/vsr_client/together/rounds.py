"""The person's view of the record: one row a round that asked something of this machine."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

Kind = Literal["sent", "refused", "failed", "model", "keys"]


@dataclass(frozen=True)
class Row:
    """One thing that happened in a round."""

    kind: Kind
    when: str
    """ISO 8601 with an offset."""
    round: int | None
    federation: str
    bytes: int
    """Bytes that left this machine, without later shares; 0 where nothing but a sentence did."""
    shares: int
    """Bytes of the shares that left afterwards, so that the sum could be read; 0 where none did."""
    arrays: Mapping[str, list[int]]
    """Name and shape of each array that left."""
    sha256: str
    """Of the bytes that left in the update; empty where none did."""
    content_sha256: str
    """Of the update before its masks, as the preview names it; empty where nothing masked left."""
    people: int | None
    """How many people's updates are in the sum, one's own among them; None where it never came to be read."""
    people_at_least: int | None
    """How many it is summed with at least, as the server promises; None where it promised nothing."""
    came: int
    """Bytes that came in."""
    reason: str = ""
    """Why nothing left."""


@dataclass(frozen=True)
class Totals:
    """What left in all."""

    updates: int
    bytes: int
    """Updates, shares and public keys together."""


_KINDS: Final[Mapping[str, Kind]] = {
    "update_sent": "sent",
    "offer_refused": "refused",
    "training_failed": "failed",
    "model_kept": "model",
    "keys_published": "keys",
}
_LEFT: Final = {"sent", "keys"}


def rows_of(entries: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return the rows in `entries` (oldest first), newest first."""
    rows: list[Row] = []
    came: dict[tuple[str, int], int] = {}
    for entry in entries:
        name = str(entry["event"])
        if name == "offer_received":
            came[entry["federation"], entry["round"]] = entry["bytes"]
        elif name == "shares_given":
            _sum_was_read(rows, entry)
        elif name in _KINDS:
            rows.append(_row(_KINDS[name], entry, came))
    return rows[::-1]


def _sum_was_read(rows: list[Row], entry: Mapping[str, Any]) -> None:
    for place in range(len(rows) - 1, -1, -1):
        row = rows[place]
        if (row.kind, row.federation, row.round) == ("sent", entry["federation"], entry["round"]):
            # Asked again, a machine gives the same shares again: each time they leave.
            rows[place] = replace(row, people=entry["people"], shares=row.shares + entry["bytes"])
            return


def totals(rows: Iterable[Row]) -> Totals:
    """Return how many updates left and how many bytes they were."""
    found = list(rows)
    return Totals(sum(row.kind == "sent" for row in found), sum(row.bytes + row.shares for row in found))


def _row(kind: Kind, entry: Mapping[str, Any], came: Mapping[tuple[str, int], int]) -> Row:
    left = kind == "sent"
    federation, number = entry.get("federation", ""), entry.get("round")
    return Row(
        kind=kind,
        when=entry["at"],
        round=number,
        federation=federation,
        bytes=entry["bytes"] if kind in _LEFT else 0,
        shares=0,
        arrays=entry["arrays"] if left else {},
        sha256=entry.get("sha256", ""),
        content_sha256=entry.get("content_sha256", ""),
        people=None,
        people_at_least=entry.get("minimum_cohort"),
        came=entry["bytes"] if kind == "model" else came.get((federation, number or 0), 0) if left else 0,
        reason=entry.get("reason", ""),
    )
