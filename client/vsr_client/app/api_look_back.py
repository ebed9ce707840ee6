"""Days and weeks: what VSR heard, how sure one can be of a change, the report and the export."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from vsr_client.app.runtime import Here
from vsr_client.keepsakes import export_of, period_of, report_of
from vsr_client.look_back.days import Day, DayTone
from vsr_client.look_back.estimate import LEVEL
from vsr_client.look_back.period import Period
from vsr_client.look_back.report import Choices
from vsr_client.look_back.report_style import POLICY
from vsr_client.look_back.trend import Kind, sentence_of
from vsr_client.store.kept_recording import KeptRecording
from vsr_shared.emotions import Polarity

router = APIRouter(prefix="/api", tags=["look back"])

From = Annotated[date | None, Query(alias="from", description="First of the person's days, 2026-11-01.")]
To = Annotated[date | None, Query(alias="to", description="Last of the person's days, included.")]
Notes = Annotated[str, Query(description='"all", "none", or ids of recordings with commas (8 digits are enough).')]


class DayShape(BaseModel):
    """A day with recordings: the mean of what VSR heard (0 to 1) and the interval in which it may as well lie.

    `mean`, `low` and `high` are null where VSR judged nothing; `positive` and `negative` count what the person said.
    """

    day: date
    count: int
    heard: int
    mean: float | None
    low: float | None
    high: float | None
    tone: DayTone
    positive: int
    negative: int
    notes: int


class DotShape(BaseModel):
    """One recording in the timeline."""

    id: str
    day: date
    positive: float


class NoteShape(BaseModel):
    """A note that the person wrote."""

    id: str
    recorded: datetime
    name: str
    note: str
    polarity: Polarity | None


class TrendShape(BaseModel):
    """How the days' mean changes over the period, and what may be said of it; nulls where there is too little."""

    kind: Kind
    change: float | None
    low: float | None
    high: float | None
    start: float | None
    end: float | None
    sentence: str


class LookBackShape(BaseModel):
    """A period. `level` is how much of the belief the intervals hold; `first_ever` the day of the oldest recording."""

    first: date
    last: date
    first_ever: date | None
    level: float
    counts: dict[str, int]
    days: list[DayShape]
    dots: list[DotShape]
    trend: TrendShape
    notes: list[NoteShape]


@router.get("/look-back")
def look_back(here: Here, first: From = None, last: To = None) -> LookBackShape:
    """Return the period from `from` to `to`: without them, the last 30 days."""
    person = here.person
    oldest = min((one.recorded.date() for one in person.recordings.all()), default=None)
    return _shape(period_of(person, first, last, default_days=30), oldest)


@router.get("/report", response_class=Response, responses={200: {"content": {"text/html": {}}}})
def report(
    here: Here,
    first: From = None,
    last: To = None,
    notes: Notes = "all",
    title: Annotated[str, Query(max_length=120)] = "",
    download: bool = False,
) -> Response:
    """Return a report of the period as one HTML file that loads nothing."""
    period = period_of(here.person, first, last, default_days=30)
    wanted = tuple(part for part in notes.split(",") if len(part) >= 8)
    chosen = None if notes == "all" else [one.id for one in period.notes if one.id.startswith(wanted)]
    text = report_of(here.person, period, Choices(title or Choices.title, chosen))
    headers = {"content-security-policy": POLICY}
    if download:
        headers |= _attachment(f"vsr-report-{period.first}-to-{period.last}.html")
    return Response(text, headers=headers, media_type="text/html; charset=utf-8")


@router.get("/export", response_class=StreamingResponse, responses={200: {"content": {"application/zip": {}}}})
def export(here: Here, first: From = None, last: To = None) -> StreamingResponse:
    """Return a ZIP of the period's recordings (all, without one), what is known of them, and the personal heads.

    It is not encrypted.
    """
    pieces: Iterator[bytes] = export_of(here.person, first, last)
    name = f"vsr-export-{datetime.now().astimezone():%Y-%m-%d}.zip"
    return StreamingResponse(pieces, media_type="application/zip", headers=_attachment(name))


def _attachment(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}


def _shape(period: Period, oldest: date | None) -> LookBackShape:
    trend = period.trend
    return LookBackShape(
        first=period.first,
        last=period.last,
        first_ever=oldest,
        level=LEVEL,
        counts={
            "recordings": len(period.recordings),
            "heard": sum(len(day.heard) for day in period.days),
            "days": len(period.days),
            "positive": period.said(Polarity.POSITIVE),
            "negative": period.said(Polarity.NEGATIVE),
        },
        days=[_day(day, period) for day in period.days],
        dots=[
            DotShape(id=one.id, day=one.recorded.date(), positive=round(one.said.positive, 4))
            for one in period.recordings
            if one.said
        ],
        trend=TrendShape(
            kind=trend.kind,
            change=trend.change,
            low=trend.low,
            high=trend.high,
            start=trend.start,
            end=trend.end,
            sentence=sentence_of(trend),
        ),
        notes=[_note(one) for one in reversed(period.notes)],
    )


def _day(day: Day, period: Period) -> DayShape:
    estimate = period.estimates.get(day.day)
    return DayShape(
        day=day.day,
        count=len(day.recordings),
        heard=len(day.heard),
        mean=estimate.mean if estimate else None,
        low=estimate.low if estimate else None,
        high=estimate.high if estimate else None,
        tone=day.tone,
        positive=day.labels[Polarity.POSITIVE],
        negative=day.labels[Polarity.NEGATIVE],
        notes=sum(bool(one.note.strip()) for one in day.recordings),
    )


def _note(recording: KeptRecording) -> NoteShape:
    return NoteShape(
        id=recording.id,
        recorded=recording.recorded,
        name=recording.name,
        note=recording.note,
        polarity=recording.polarity,
    )
