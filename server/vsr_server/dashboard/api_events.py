"""What happened, in the server's own words where these hold nobody's figures."""

import re
from datetime import datetime
from typing import Final, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlmodel import col, select

from vsr_server.dashboard.admin import Here
from vsr_server.database.tables import EventRow

router = APIRouter(prefix="/api", tags=["events"])

OF_ONE_MACHINE: Final = frozenset({"reply_received", "reply_missing", "answer_late"})
"""Events that tell of one machine: they are not shown at all."""
WITH_FIGURES: Final = frozenset({"round_done", "version_rejected"})
"""Events whose sentence ends in figures: shown without, since the pages of rounds and models tell them by the rule."""
WITH_REASONS: Final = frozenset({"answers_missing"})
"""Events with reasons that machines gave: their numbers, a budget that is spent perhaps, are left out."""


class EventView(BaseModel):
    """Something that happened."""

    id: int
    at: datetime
    name: str
    level: str
    """info, warning or error."""
    sentence: str


@router.get("/events")
def events(
    here: Here,
    level: Literal["info", "warning", "error"] = "info",
    before: int | None = Query(None, ge=0),
    limit: int = Query(50, ge=1, le=500),
) -> list[EventView]:
    """Return `limit` events of `level` and above, the newest first, those before the id `before` where it is given."""
    levels = {"info": ["info", "warning", "error"], "warning": ["warning", "error"], "error": ["error"]}[level]
    wanted = select(EventRow).order_by(col(EventRow.id).desc()).limit(limit)
    wanted = wanted.where(col(EventRow.level).in_(levels), col(EventRow.name).not_in(OF_ONE_MACHINE))
    if before is not None:
        wanted = wanted.where(col(EventRow.id) < before)
    with here.database.reading() as session:
        return [_view(row) for row in session.exec(wanted)]


def _view(row: EventRow) -> EventView:
    return EventView(**row.model_dump(include={"id", "at", "name", "level"}), sentence=_said(row))


def _said(row: EventRow) -> str:
    if row.name in WITH_FIGURES:
        return row.sentence.partition(":")[0]
    if row.name in WITH_REASONS:
        about, _, reasons = row.sentence.partition(" machines:")
        return f"{about} machines:{re.sub(r'[0-9][0-9.,]*', '…', reasons)}" if reasons else about
    return row.sentence
