"""Letting a machine in: its invitation is used up, its identity certified, its key told to the SuperLink.

Everything is one transaction. A machine that did not hear the answer asks again, with the same keys, and gets the
same answer; nobody else can.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final, Literal

import httpx
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from vsr_server.audit import audit
from vsr_server.database import Database
from vsr_server.database.tables import Invitation, Machine
from vsr_server.enrolment.federation_keys import FederationKeys
from vsr_server.enrolment.invitations import of_token, state_of, use
from vsr_server.enrolment.machines import may_take_part
from vsr_shared.errors import FederationError
from vsr_shared.federation.enrolment import Enrolled, EnrolmentRequest, machine_number, proves
from vsr_shared.secure_sum.enrolment import certify

TellSuperLink = Callable[[Machine], None]
"""Lets a machine in at the SuperLink; httpx.HTTPError where it does not answer."""

Code = Literal[
    "unknown_invitation",
    "used_invitation",
    "expired_invitation",
    "withdrawn_invitation",
    "revoked_machine",
    "other_keys",
]

REASONS: Final[dict[Code, str]] = {
    "unknown_invitation": "this server knows no such invitation; ask the operator for a new one",
    "used_invitation": "this invitation was used already, by another machine; ask the operator for one of your own",
    "expired_invitation": "this invitation has expired; ask the operator for a new one",
    "withdrawn_invitation": "the operator took this invitation back; ask them for a new one",
    "revoked_machine": "the operator took this machine out of the federation; ask them, and leave it on your side",
    "other_keys": "the keys were not proved, or belong to another machine; leave, and join by a new invitation",
}

_log = logging.getLogger("vsr.enrolment")


class NotEnrolled(FederationError):
    """A machine is not let in, for a reason that its person can use."""

    def __init__(self, code: Code) -> None:
        """Give the reason for `code`."""
        super().__init__(REASONS[code])
        self.code: Code = code


def enrol(
    database: Database, request: EnrolmentRequest, keys: FederationKeys, superlink: TellSuperLink, now: datetime
) -> Enrolled:
    """Let the machine of `request` in at `now`, which needs a time zone; NotEnrolled where it may not.

    Without the enrolment key the machine waits, uncertified, for `vsr-server nodes certify`.
    """
    with database.reading() as session:
        # Whoever has no invitation costs the server a look and no more: neither its only writer nor a signature.
        if of_token(session, request.token) is None:
            raise NotEnrolled("unknown_invitation")
    if not proves(request, keys.fingerprint):
        raise NotEnrolled("other_keys")
    with database.session() as session:
        try:
            machine = _admit(session, request, keys, now)
            session.flush()
        except IntegrityError as error:
            # Another invitation let the same identity in at this very moment.
            raise NotEnrolled("other_keys") from error
    if may_take_part(machine):
        try:
            superlink(machine)
        except httpx.HTTPError as error:
            # It is told again by the coordinator when it starts, and when this machine asks again.
            _log.warning("the SuperLink was not told of machine %s: %s", machine.id, error)
    return Enrolled(machine.id, bytes.fromhex(machine.certificate))


def admit(session: Session, keys: FederationKeys, node_key: str, identity: bytes, name: str, now: datetime) -> Machine:
    """Add the machine with `node_key` (PEM) and `identity` (32 bytes), certified where the enrolment key is there."""
    certificate = certify(keys.enrolment, identity).hex() if keys.enrolment else ""
    number = machine_number(node_key)
    machine = Machine(
        id=number,
        name=name or number,
        node_key=node_key,
        identity=identity.hex(),
        certificate=certificate,
        enrolled_at=now,
    )
    session.add(machine)
    return machine


def _admit(session: Session, request: EnrolmentRequest, keys: FederationKeys, now: datetime) -> Machine:
    number = machine_number(request.node_key)
    used = False
    invitation = of_token(session, request.token)
    if invitation is not None and invitation.used_at is None:
        used = use(session, invitation.id, number, now)
        session.refresh(invitation)
    if invitation is None or not (used or invitation.machine == number):
        raise NotEnrolled(_why(invitation, now))
    machine = _known(session, request)
    if machine is None:
        machine = admit(session, keys, request.node_key, request.identity, invitation.name, now)
        machine.invitation = invitation.id
        noted = {"machine": machine.id, "name": machine.name, "invitation": invitation.id}
        audit(session, "enrolment", "machine.enrol", noted)
    elif not machine.certificate and keys.enrolment is not None:
        # The key came back to the server while this machine waited.
        machine.certificate = certify(keys.enrolment, request.identity).hex()
        session.add(machine)
        audit(session, "enrolment", "machine.certify", {"machine": machine.id, "name": machine.name})
    return machine


def _known(session: Session, request: EnrolmentRequest) -> Machine | None:
    """Return this machine where it is known already; NotEnrolled where it was revoked or mixes keys of two."""
    number, identity = machine_number(request.node_key), request.identity.hex()
    found = session.exec(select(Machine).where((Machine.id == number) | (Machine.identity == identity))).all()
    if not found:
        return None
    if len(found) > 1 or (found[0].node_key, found[0].identity) != (request.node_key, identity):
        raise NotEnrolled("other_keys")
    if found[0].revoked_at is not None:
        raise NotEnrolled("revoked_machine")
    return found[0]


def _why(invitation: Invitation | None, now: datetime) -> Code:
    if invitation is None:
        return "unknown_invitation"
    states: dict[str, Code] = {"used": "used_invitation", "withdrawn": "withdrawn_invitation"}
    return states.get(state_of(invitation, now), "expired_invitation")
