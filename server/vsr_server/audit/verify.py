"""Reading the audit log again and saying where it was tampered with."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, col, select

from vsr_server.audit.newest import FILE, Newest, read_newest
from vsr_server.audit.seal import BEFORE_THE_FIRST, KEY_BYTES, key_path, seal_of
from vsr_server.database.tables import AuditEntry


@dataclass(frozen=True)
class Verdict:
    """What reading the whole log again showed."""

    entries: int
    """Entries that stand there."""
    faults: tuple[str, ...]
    """What is wrong, a sentence each, at most ten; empty where nothing is."""

    @property
    def whole(self) -> bool:
        """Whether nothing was changed, put in or taken out."""
        return not self.faults


def verify(session: Session, folder: Path) -> Verdict:
    """Compare every entry with its seal, with the one before it, and the end with the file beside the database.

    An entry that is being written meanwhile does no harm.
    """
    # Before the rows are read: a file that is behind them is nothing unusual, one that is ahead is.
    newest = _newest(folder)
    key = _key(folder)
    rows = session.exec(select(AuditEntry).order_by(col(AuditEntry.number))).yield_per(1_000)
    entries, faults, seals = 0, [], {0: BEFORE_THE_FIRST}
    for entry, found in _checked(rows, key):
        entries += 1
        faults += found
        if isinstance(newest, Newest) and entry.number == newest.number:
            seals[entry.number] = entry.seal
    if entries or not isinstance(newest, str) or key is not None:
        faults += [newest] if isinstance(newest, str) else _end(newest, seals)
    if entries and key is None:
        faults.insert(0, f"{key_path(folder)} is missing or damaged: no seal can be checked")
    return Verdict(entries, tuple(faults[:10]))


def _checked(rows: Iterator[AuditEntry], key: bytes | None) -> Iterator[tuple[AuditEntry, list[str]]]:
    number, previous = 0, BEFORE_THE_FIRST
    for entry in rows:
        faults = []
        if entry.number != number + 1:
            faults.append(f"entries {number + 1} to {entry.number - 1} are missing")
        elif entry.previous != previous:
            faults.append(f"entry {entry.number} does not follow entry {number}")
        if key is not None and not hmac.compare_digest(entry.seal, seal_of(key, entry)):
            faults.append(f"entry {entry.number} was changed after it was sealed, or sealed with another key")
        number, previous = entry.number, entry.seal
        yield entry, faults


def _end(newest: Newest, seals: dict[int, str]) -> list[str]:
    if newest.number not in seals:
        return [f"the end is missing: entry {newest.number} was there once"]
    if seals[newest.number] != newest.seal:
        return [f"entry {newest.number} is not the one that was there"]
    return []


def _newest(folder: Path) -> Newest | str:
    try:
        found = read_newest(folder)
    except (OSError, ValueError) as error:
        return f"{folder / FILE} cannot be read ({error}): whether the end is missing cannot be told"
    return found or f"{folder / FILE} is missing: whether the end is missing cannot be told"


def _key(folder: Path) -> bytes | None:
    try:
        key = key_path(folder).read_bytes()
    except OSError:
        return None
    return key if len(key) == KEY_BYTES else None
