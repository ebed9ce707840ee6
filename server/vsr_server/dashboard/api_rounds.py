"""The rounds: what happens now, and what came of the last ones."""

from datetime import datetime

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlmodel import col, select

from vsr_server.dashboard.admin import Here
from vsr_server.dashboard.now import Now, seen_now
from vsr_server.dashboard.smallest_cell import TOO_FEW, figures
from vsr_server.database.tables import EventRow, Round, Setting

router = APIRouter(prefix="/api", tags=["rounds"])


class RoundView(BaseModel):
    """A round, by numbers of machines alone."""

    number: int
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    """open, done, failed or lost."""
    reason: str
    asked: int
    answered: int
    groups: int
    bytes_each: int
    """Bytes of the model that went to each machine."""
    seconds: float | None
    figures: dict[str, float] | None
    """Means over the machines; null where there were too few for a figure."""
    noise_multiplier: float | None
    version: int | None


class Rounds(BaseModel):
    """Rounds, the newest first."""

    rounds: list[RoundView]
    smallest: int
    """Machines that a figure is over at least."""


@router.get("/now")
def now(here: Here) -> Now:
    """Say what the coordinator is doing."""
    with here.database.reading() as session:
        newest = session.exec(select(Round).order_by(col(Round.number).desc()).limit(1)).first()
        events = session.exec(select(EventRow).order_by(col(EventRow.id).desc()).limit(50)).all()
        paused = session.get(Setting, "paused")
    connected = here.connected()
    is_paused = paused is not None and paused.value is True
    return seen_now(newest, events, is_paused, None if connected is None else len(connected))


@router.get("/rounds")
def rounds(here: Here, before: int | None = Query(None, ge=0), limit: int = Query(25, ge=1, le=200)) -> Rounds:
    """Return `limit` rounds, those before the number `before` where it is given."""
    wanted = select(Round).order_by(col(Round.number).desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(col(Round.number) < before)
    with here.database.reading() as session:
        found = session.exec(wanted).all()
    return Rounds(rounds=[_view(row, here.smallest) for row in found], smallest=here.smallest)


def _view(row: Round, smallest: int) -> RoundView:
    said = row.model_dump(include=set(RoundView.model_fields))
    means = figures(row, smallest)
    if means is None and row.outcome == "done":
        said["reason"] = TOO_FEW  # why its version was promoted is told by the same figures
    return RoundView(**said, figures=means)
