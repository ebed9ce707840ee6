"""People, by number; and the list of machines, since the operator must be able to revoke one."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel

from vsr_server.dashboard.admin import Here
from vsr_server.database.tables import Machine
from vsr_server.enrolment.invitations import invitations as every_invitation
from vsr_server.enrolment.invitations import state_of
from vsr_server.enrolment.machines import machines as every_machine

router = APIRouter(prefix="/api", tags=["people"])


class Day(BaseModel):
    """How many machines were enrolled, and how many revoked, at the end of a day (UTC)."""

    day: date
    enrolled: int
    revoked: int


class People(BaseModel):
    """Numbers of machines and invitations."""

    enrolled: int
    """Machines that may take part."""
    connected: int | None
    """Of these, connected now; null where the SuperLink does not say."""
    revoked: int
    days: list[Day]
    """Days on which something changed."""
    invitations: dict[str, int]
    """By state: open, used, expired, withdrawn."""


class MachineView(BaseModel):
    """A machine, as the operator knows it."""

    id: str
    name: str
    enrolled_at: datetime
    revoked_at: datetime | None
    connected: bool | None


class InvitationView(BaseModel):
    """An invitation, without what lets in."""

    id: str
    name: str
    created_at: datetime
    expires_at: datetime
    state: str


@router.get("/people")
def people(here: Here) -> People:
    """Return how many machines there are, without any name."""
    online = here.connected()
    found = every_machine(here.database)
    at = here.now()
    states = Counter(state_of(one, at) for one in every_invitation(here.database))
    live = {one.id for one in found if one.revoked_at is None}
    return People(
        enrolled=len(live),
        connected=None if online is None else len(online & live),
        revoked=len(found) - len(live),
        days=by_day(found),
        invitations={state: states[state] for state in ("open", "used", "expired", "withdrawn")},
    )


@router.get("/machines")
def machines(here: Here) -> list[MachineView]:
    """List the machines, the newest first."""
    online = here.connected()
    return [
        MachineView(
            **one.model_dump(include={"id", "name", "enrolled_at", "revoked_at"}),
            connected=None if online is None else one.id in online,
        )
        for one in reversed(every_machine(here.database))
    ]


@router.get("/invitations")
def invitations(here: Here) -> list[InvitationView]:
    """List the invitations, the newest first."""
    kept = {"id", "name", "created_at", "expires_at"}
    found = reversed(every_invitation(here.database))
    return [InvitationView(**one.model_dump(include=kept), state=state_of(one, here.now())) for one in found]


def by_day(machines: Sequence[Machine]) -> list[Day]:
    """Return the numbers at the end of each day on which a machine was enrolled or revoked."""
    came = Counter(one.enrolled_at.date() for one in machines)
    went = Counter(one.revoked_at.date() for one in machines if one.revoked_at is not None)
    days, enrolled, revoked = [], 0, 0
    for day in sorted(came | went):
        enrolled += came[day] - went[day]
        revoked += went[day]
        days.append(Day(day=day, enrolled=enrolled, revoked=revoked))
    return days
