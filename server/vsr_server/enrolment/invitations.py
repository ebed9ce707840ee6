"""Invitations as the database has them: made, listed, withdrawn, and used by one machine alone.

Of a token only its SHA-256 is kept: who reads the database can let nobody in.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from vsr_server.audit import audit
from vsr_server.database import Database
from vsr_server.database.tables import Invitation as Row
from vsr_server.enrolment.federation_keys import FederationKeys
from vsr_shared.errors import UsageError
from vsr_shared.federation.invitation import TOKEN_BYTES, Invitation

LONGEST_NAME = 100


@dataclass(frozen=True)
class MadeInvitation:
    """A fresh invitation. The line is shown once and kept nowhere."""

    id: str
    name: str
    invitation: Invitation
    line: str = field(repr=False)


def make_invitation(
    database: Database,
    keys: FederationKeys,
    *,
    address: str,
    base: str,
    name: str,
    expires: datetime,
    actor: str,
    now: datetime,
) -> MadeInvitation:
    """Make an invitation to the server at `address` for a machine that will be called `name`, and keep its hash.

    `expires` and `now` need a time zone. Raises BadInvitation where a part cannot be, UsageError for a name too long.
    """
    label = " ".join(name.split())
    if len(label) > LONGEST_NAME or not label.isprintable():
        raise UsageError(f"a machine's name has at most {LONGEST_NAME} characters that can be printed")
    token, number = secrets.token_bytes(TOKEN_BYTES), secrets.token_hex(4)
    made = Invitation(address, keys.authority, keys.trust, token, int(expires.timestamp()), base)
    made.check_time(now.timestamp())
    with database.session() as session:
        row = Row(id=number, token_sha256=hashed(token), name=label, created_at=now, expires_at=expires)
        session.add(row)
        audit(session, actor, "invitation.make", {"invitation": number, "name": label, "until": expires.isoformat()})
    return MadeInvitation(number, label, made, made.to_text(keys.release))


def invitations(database: Database) -> list[Row]:
    """Return every invitation, the oldest first."""
    with database.reading() as session:
        return list(session.exec(select(Row).order_by(col(Row.created_at), Row.id)))


def withdraw(database: Database, number: str, actor: str, now: datetime) -> Row:
    """Take back the invitation `number`; UsageError where there is none, or somebody came in by it already."""
    with database.session() as session:
        row = session.get(Row, number)
        if row is None:
            raise UsageError(f"there is no invitation {number!r}; `vsr-server invitations list` shows them")
        if row.used_at is not None:
            raise UsageError(
                f"the invitation {number} was used by machine {row.machine}; `vsr-server nodes revoke` takes it out"
            )
        if row.withdrawn_at is None:
            row.withdrawn_at = now
            session.add(row)
            audit(session, actor, "invitation.withdraw", {"invitation": number, "name": row.name})
    return row


def state_of(invitation: Row, now: datetime) -> str:
    """Return whether `invitation` is open, used, expired or withdrawn at `now`."""
    if invitation.used_at is not None:
        return "used"
    if invitation.withdrawn_at is not None:
        return "withdrawn"
    return "open" if invitation.expires_at > now else "expired"


def of_token(session: Session, token: bytes) -> Row | None:
    """Return the invitation that `token` belongs to, None where there is none.

    Looked up by its hash, so that how long it takes says nothing about how much of a guess was right.
    """
    return session.exec(select(Row).where(Row.token_sha256 == hashed(token))).one_or_none()


def use(session: Session, number: str, machine: str, now: datetime) -> bool:
    """Use up the invitation `number` for `machine`; False where somebody else did, or it no longer holds.

    One statement decides: of two machines at the same moment the database lets one through.
    """
    open_one = (
        update(Row)
        .where(
            col(Row.id) == number,
            col(Row.used_at).is_(None),
            col(Row.withdrawn_at).is_(None),
            col(Row.expires_at) > now,
        )
        .values(used_at=now, machine=machine)
    )
    return bool(session.execute(open_one).rowcount == 1)  # type: ignore[attr-defined]


def hashed(token: bytes) -> str:
    """Return what is kept of a token; at 128 random bits a plain hash cannot be tried out."""
    return hashlib.sha256(token).hexdigest()
