"""Inviting to the server of a data folder: where it is reached, which base it improves, what to tell a person."""

from datetime import UTC, datetime

from vsr_server.coordination.checkpoint import Checkpoints
from vsr_server.database import Database
from vsr_server.database.tables import Setting
from vsr_server.enrolment.federation_keys import federation_keys
from vsr_server.enrolment.invitations import MadeInvitation, make_invitation
from vsr_server.server_folder import ServerFolder
from vsr_shared.errors import UsageError
from vsr_shared.federation.invitation import Invitation


def invite(
    database: Database, folder: ServerFolder, *, address: str, name: str, expires: datetime, actor: str, now: datetime
) -> MadeInvitation:
    """Make an invitation to the server of `folder`, at `address` or where people reach it by its settings.

    `expires` and `now` need a time zone. Raises UsageError where no address is known, FederationError where the server
    never ran, BadInvitation where `address` cannot be one.
    """
    found = address or public_address(database, folder)
    if not found:
        raise UsageError("this server does not run; start it with `vsr-server start`, or say --address host:port")
    keys = federation_keys(folder)
    progress = Checkpoints(folder.checkpoints).progress()
    base = progress.base if progress else ""
    return make_invitation(database, keys, address=found, base=base, name=name, expires=expires, actor=actor, now=now)


def public_address(database: Database, folder: ServerFolder) -> str | None:
    """Return host:port as people reach the server: as the operator set it, else where it runs, None where unknown."""
    with database.reading() as session:
        found = session.get(Setting, "address")
    return str(found.value) if found is not None and found.value else folder.address()


def spoken(invitation: Invitation, count: int) -> str:
    """Return what to tell a person besides the line itself, of which there are `count`."""
    until = datetime.fromtimestamp(invitation.expires, UTC)
    lines = "The line to send" if count == 1 else f"{count} lines to send, one to each person"
    return (
        f"Invitation to {invitation.server}, until {until:%Y-%m-%d %H:%M} UTC, good for one machine. Tell the person\n"
        f"this fingerprint on another way (by telephone, on paper) to compare:\n{grouped(invitation.fingerprint)}\n"
        f"{lines}:"
    )


def grouped(fingerprint: str) -> str:
    """Return hexadecimal digits in groups of four, as they are read aloud."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))
