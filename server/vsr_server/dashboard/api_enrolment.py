"""Letting machines in and taking them out."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from vsr_server.dashboard.admin import Here
from vsr_server.dashboard.failures import NotThere
from vsr_server.database.tables import Invitation, Machine
from vsr_server.enrolment.invitations import withdraw
from vsr_server.enrolment.invite import invite
from vsr_server.enrolment.machines import revoke
from vsr_server.server_folder import ServerFolder
from vsr_shared.errors import FederationError

router = APIRouter(prefix="/api", tags=["people"])

ACTOR = "operator"


class NewInvitation(BaseModel):
    """Whom to invite, and for how long."""

    name: str = Field("", max_length=100)
    """What to call the machine that comes in by it."""
    days: float = Field(7.0, ge=0.01, le=365)


class MadeInvitation(BaseModel):
    """The line to send. It is shown once and kept nowhere."""

    id: str
    invitation: str
    server: str
    fingerprint: str
    """To tell on another way."""
    expires_at: datetime


class Revoked(BaseModel):
    """A machine that is out."""

    id: str
    revoked_at: datetime | None
    told: bool
    """Whether the SuperLink refuses it already; else it does when it starts."""


@router.post("/invitations", status_code=201)
def make_invitation(here: Here, asked: NewInvitation) -> MadeInvitation:
    """Make an invitation: a line that lets one machine in, once."""
    now, folder = here.now(), ServerFolder(here.folder)
    until = now + timedelta(days=asked.days)
    made = invite(here.database, folder, address="", name=asked.name, expires=until, actor=ACTOR, now=now)
    found = made.invitation
    return MadeInvitation(
        id=made.id, invitation=made.line, server=found.server, fingerprint=found.fingerprint, expires_at=until
    )


@router.post("/invitations/{number}/withdraw", status_code=204)
def withdraw_invitation(here: Here, number: Annotated[str, Path(pattern="^[0-9a-f]{8}$")]) -> None:
    """Take an invitation back."""
    with here.database.reading() as session:
        if session.get(Invitation, number) is None:
            raise NotThere(f"there is no invitation {number}; /api/invitations lists them")
    withdraw(here.database, number, ACTOR, here.now())


@router.post("/machines/{number}/revoke")
def revoke_machine(here: Here, number: Annotated[str, Path(pattern="^[0-9a-f]{16}$")]) -> Revoked:
    """Take a machine out for good."""
    with here.database.reading() as session:
        if session.get(Machine, number) is None:
            raise NotThere(f"there is no machine {number}; /api/machines lists them")
    machine = revoke(here.database, number, ACTOR, here.now())
    try:
        here.find_superlink().tell([machine])
        told = True
    except FederationError:
        told = False
    return Revoked(id=machine.id, revoked_at=machine.revoked_at, told=told)
