"""What the operator sets while the server runs."""

from datetime import datetime
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, StrictBool

from vsr_server.audit import audit
from vsr_server.coordination.operator_wishes import set_paused
from vsr_server.dashboard.admin import Here
from vsr_server.database.tables import Setting

router = APIRouter(prefix="/api", tags=["settings"])

ACTOR = "operator"


class Settings(BaseModel):
    """How the server is set."""

    paused: bool
    """Whether further rounds are held back; one that is open goes on to its end."""
    every: float | None
    """Seconds from one round's start to the next's; null where it begins as soon as the last has ended."""
    next_at: datetime | None
    """When the next round is due, as far as the coordinator has said."""
    address: str | None
    """host:port that invitations name, where the operator set one."""
    version: str
    """Of VSR."""


class Wish(BaseModel):
    """What to change."""

    paused: StrictBool


@router.get("/settings")
def settings(here: Here) -> Settings:
    """Return how the server is set."""
    with here.database.reading() as session:
        found: dict[str, Any] = {}
        for name in ("paused", "schedule", "address"):
            row = session.get(Setting, name)
            found[name] = row.value if row is not None else None
    schedule = found["schedule"] if isinstance(found["schedule"], dict) else {}
    return Settings(
        paused=found["paused"] is True,
        every=schedule.get("every"),
        next_at=schedule.get("next"),
        address=found["address"] or None,
        version=version("vsr"),
    )


@router.patch("/settings")
def change(here: Here, wish: Wish) -> Settings:
    """Hold further rounds back, or let them go on."""
    with here.database.session() as session:
        if set_paused(session, wish.paused):
            audit(session, ACTOR, "rounds.pause" if wish.paused else "rounds.resume", {})
    return settings(here)
