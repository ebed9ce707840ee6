"""What happens, written into the database for the dashboard: a row a round, a row an event.

Nothing about a single person: of the machines that did not answer only how many, and their reasons without names.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlmodel import col, delete, func, select

from vsr_server.coordination.plan import Plan
from vsr_server.coordination.round_events import (
    AnswerLate,
    ReplyMissing,
    ReplyReceived,
    RoundDone,
    RoundFailed,
    RoundLost,
    RoundStarted,
    SumLeftOut,
)
from vsr_server.coordination.server_events import NoRoundYet, SuperLinkRestarted, VersionRejected
from vsr_server.database import Database
from vsr_server.database.tables import NEWEST_EVENTS, EventRow, Round
from vsr_shared.federation.events import Event, event_name

_OF_ONE_MACHINE: Final = (ReplyReceived, ReplyMissing, AnswerLate)
_WARNINGS: Final = (NoRoundYet, RoundFailed, RoundLost, SumLeftOut, SuperLinkRestarted, VersionRejected)
_COUNT_SECONDS: Final = 1.0
_MOST_REASONS: Final = 3
_LONGEST_TEXT: Final = 500


class Chronicle:
    """Writes the rounds of one federation as their events come."""

    def __init__(self, database: Database, federation: str, plan: Plan) -> None:
        self._database = database
        self._federation = federation
        self._plan = plan
        self._open = 0
        self._answered = 0
        self._counted = 0.0
        self._missing: dict[int, str] = {}

    @property
    def newest_round(self) -> int:
        """The highest round number there ever was, 0 before the first."""
        with self._database.reading() as session:
            return session.exec(select(func.max(Round.number))).one() or 0

    @property
    def last_start(self) -> datetime | None:
        """When the newest round began."""
        with self._database.reading() as session:
            query = select(Round.started_at).where(Round.federation == self._federation)
            return session.exec(query.order_by(col(Round.number).desc()).limit(1)).first()

    def open_rounds(self) -> Sequence[int]:
        """Return the rounds that nobody ended: those of a server that was killed."""
        with self._database.reading() as session:
            return list(session.exec(select(Round.number).where(Round.outcome == "open").order_by(col(Round.number))))

    def tell(self, event: Event) -> None:
        """Write `event` down; FederationError where the database cannot be used."""
        if isinstance(event, RoundStarted):
            self._begin(event)
        elif isinstance(event, ReplyReceived):
            self._count()
        elif isinstance(event, ReplyMissing):
            self._missing[event.node] = event.reason
        elif isinstance(event, RoundDone):
            found = {"metrics": dict(event.metrics), "clips": event.clips, "groups": event.groups}
            found |= {"answered": event.machines, "version": event.version, "seconds": event.seconds}
            self._end(event.round, "done", event.verdict, **found)
        elif isinstance(event, RoundFailed | RoundLost):
            outcome = "failed" if isinstance(event, RoundFailed) else "lost"
            self._end(event.round, outcome, event.reason)
        if not isinstance(event, _OF_ONE_MACHINE):
            self._note(event_name(event), "warning" if isinstance(event, _WARNINGS) else "info", event.sentence())

    def _begin(self, event: RoundStarted) -> None:
        self._answered, self._counted, self._missing = 0, time.monotonic(), {}
        with self._database.session() as session:
            session.add(
                Round(
                    number=event.round,
                    federation=self._federation,
                    started_at=datetime.now(UTC),
                    asked=event.machines,
                    bytes_each=event.bytes_each,
                    clip_norm=self._plan.clip_norm,
                    noise_multiplier=self._plan.noise.noise_multiplier if self._plan.noise else None,
                )
            )
        self._open = event.round

    def _count(self) -> None:
        self._answered += 1
        if time.monotonic() > self._counted + _COUNT_SECONDS:
            self._counted = time.monotonic()
            self._change(self._open, answered=self._answered)

    def _end(self, number: int, outcome: str, reason: str, **found: Any) -> None:
        now = datetime.now(UTC)
        if number == self._open:
            found = {"answered": self._answered} | found
        self._change(number, outcome=outcome, reason=reason[:_LONGEST_TEXT], ended_at=now, **found)
        if self._missing:
            reasons = sorted(set(self._missing.values()))[:_MOST_REASONS]
            said = f"round {number}: nothing usable from {len(self._missing)} machines: {'; '.join(reasons)}"
            self._note("answers_missing", "warning", said)
            self._missing = {}

    def _change(self, number: int, **values: Any) -> None:
        with self._database.session() as session:
            row = session.get(Round, number)
            if row is not None:
                for name, value in values.items():
                    setattr(row, name, value)
                session.add(row)

    def _note(self, name: str, level: str, sentence: str) -> None:
        with self._database.session() as session:
            row = EventRow(at=datetime.now(UTC), name=name, level=level, sentence=sentence[:_LONGEST_TEXT])
            session.add(row)
            session.flush()
            if row.id is not None:
                session.exec(delete(EventRow).where(col(EventRow.id) <= row.id - NEWEST_EVENTS))
