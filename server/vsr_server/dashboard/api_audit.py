"""The audit log, and whether somebody tampered with it."""

from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlmodel import col, select

from vsr_server.audit.verify import verify
from vsr_server.dashboard.admin import Here
from vsr_server.database.tables import AuditEntry

COORDINATOR: Final = "coordinator"
router = APIRouter(prefix="/api", tags=["audit"])


class EntryView(BaseModel):
    """Who did what."""

    number: int
    at: datetime
    actor: str
    action: str
    details: dict[str, Any]


class VerdictView(BaseModel):
    """What reading the whole log again showed."""

    whole: bool
    entries: int
    faults: list[str]


@router.get("/audit")
def entries(
    here: Here, before: int | None = Query(None, ge=0), limit: int = Query(50, ge=1, le=500)
) -> list[EntryView]:
    """Return `limit` entries, the newest first, those before the number `before` where it is given."""
    wanted = select(AuditEntry).order_by(col(AuditEntry.number).desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(col(AuditEntry.number) < before)
    with here.database.reading() as session:
        return [_view(row) for row in session.exec(wanted)]


@router.get("/audit/verdict")
def verdict(here: Here) -> VerdictView:
    """Read the whole log again and say whether it is as it was written."""
    with here.database.reading() as session:
        found = verify(session, here.folder)
    return VerdictView(whole=found.whole, entries=found.entries, faults=list(found.faults))


def _view(row: AuditEntry) -> EntryView:
    said = row.model_dump(include=set(EntryView.model_fields))
    if row.actor == COORDINATOR:  # its reasons are figures of a round, which the page of models tells by the rule
        said["details"] = {name: value for name, value in row.details.items() if name != "reason"}
    return EntryView(**said)
