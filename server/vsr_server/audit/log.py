"""Writing the audit log: who did what and when, each entry sealed together with the one before it."""

import json
import logging
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event
from sqlmodel import Session, desc, select

from vsr_server.audit.newest import FIRST, Newest, move_on, read_newest
from vsr_server.audit.seal import BEFORE_THE_FIRST, KEY_BYTES, key_path, seal_of
from vsr_server.database.open import alone, folder_of
from vsr_server.database.tables import AuditEntry
from vsr_server.durable_file import make_once
from vsr_shared.errors import FederationError, UsageError

_LOCK: Final = 5_020_002
_NEWEST: Final = "vsr_audit_newest"
_journal = logging.getLogger(__name__)


def audit(session: Session, actor: str, action: str, details: Mapping[str, Any]) -> AuditEntry:
    """Add an entry to the change that `session` makes: both come into the database, or neither.

    `actor` is who did it ("operator", "coordinator"), `action` what in a word or two ("model.promote"), `details` what
    JSON can say about it; never a person's figures. Call it last in the block: until the change ends, no other process
    can add an entry.

    Raises UsageError where JSON cannot say the details, FederationError where the key cannot be used.
    """
    folder = folder_of(session)
    said = _plain(actor, action, details)
    alone(session, _LOCK)
    before = session.exec(select(AuditEntry).order_by(desc(AuditEntry.number)).limit(1)).first()
    key = _key(folder)
    entry = AuditEntry(
        number=1 if before is None else before.number + 1,
        at=datetime.now(UTC),
        actor=actor,
        action=action,
        details=said,
        previous=BEFORE_THE_FIRST if before is None else before.seal,
        seal="",
    )
    entry.seal = seal_of(key, entry)
    whole = _goes_on(session, folder)
    session.add(entry)
    session.flush()
    if whole:
        _after_commit(session, folder, Newest(entry.number, entry.seal))
    return entry


def newest_entries(session: Session, count: int) -> list[AuditEntry]:
    """Return the newest `count` entries, the newest first."""
    return list(session.exec(select(AuditEntry).order_by(desc(AuditEntry.number)).limit(count)))


def _plain(actor: str, action: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return `details` as JSON gives them back, so that the seal is over what is read later."""
    try:
        text = json.dumps([actor, action, dict(details)], allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UsageError(f"an audit entry cannot hold this ({error})") from error
    if "\\u0000" in text:
        raise UsageError("an audit entry cannot hold a null character")
    plain: dict[str, Any] = json.loads(text)[2]
    return plain


def _key(folder: Path) -> bytes:
    try:
        if not key_path(folder).exists():
            # Before the key: where the key stands and this file does not, somebody took it away.
            move_on(folder, FIRST)
        key = make_once(key_path(folder), secrets.token_bytes(KEY_BYTES))
    except (OSError, ValueError) as error:
        raise FederationError(f"the audit log in {folder} cannot be used ({error}); allow writing there") from error
    if len(key) != KEY_BYTES:
        raise FederationError(f"{key_path(folder)} is damaged; restore it from a backup")
    return key


def _goes_on(session: Session, folder: Path) -> bool:
    """Say whether the log still holds what the file saw last.

    Where it does not, the file stays as it is: it is the evidence that the log was cut.
    """
    try:
        newest = read_newest(folder)
    except (OSError, ValueError):
        return False
    if newest is None or newest.number == 0:
        return newest is not None
    entry = session.get(AuditEntry, newest.number)
    return entry is not None and entry.seal == newest.seal


def _after_commit(session: Session, folder: Path, newest: Newest) -> None:
    """Note `newest` beside the database once the change is there, in place of the change's entries before it."""

    def keep(_: Session) -> None:
        last: Newest | None = session.info.pop(_NEWEST, None)
        try:
            if last is not None:
                move_on(folder, last)
        except (OSError, ValueError) as error:
            # The entry itself is in the database; a file that stayed behind only sees a shorter cut less.
            _journal.warning("the newest audit entry could not be noted in %s (%s)", folder, error)

    def drop(*_: object) -> None:
        session.info.pop(_NEWEST, None)

    if _NEWEST not in session.info:
        event.listen(session, "after_commit", keep, once=True)
        event.listen(session, "after_soft_rollback", drop, once=True)
    session.info[_NEWEST] = newest
