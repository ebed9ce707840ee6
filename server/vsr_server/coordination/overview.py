"""How a federation stands, in few figures, from the database alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import col, func, select

from vsr_server.database import Database
from vsr_server.database.tables import ModelVersion, Round, Setting
from vsr_server.registry.version import CURRENT

OUTCOMES: Final = ("done", "failed", "lost", "open")


@dataclass(frozen=True)
class Overview:
    """A federation's rounds, model and schedule."""

    rounds: Mapping[str, int]
    """How many ended how."""
    last: Round | None
    paused: bool
    due: str | None
    """When the next round is due, ISO 8601, as far as the coordinator has said."""
    version: int | None
    base: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return it for a program."""
        last = self.last
        shown = None
        if last is not None:
            names = ("number", "outcome", "reason", "asked", "answered", "groups", "seconds", "metrics", "version")
            shown = {name: getattr(last, name) for name in names} | {"started_at": last.started_at.isoformat()}
        return {
            "rounds": dict(self.rounds),
            "last_round": shown,
            "paused": self.paused,
            "next_round": self.due,
            "model": self.version,
            "base": self.base,
        }


def overview(database: Database) -> Overview:
    """Return how the federation in `database` stands."""
    with database.reading() as session:
        counted = dict(session.exec(select(Round.outcome, func.count()).group_by(col(Round.outcome))).all())
        last = session.exec(select(Round).order_by(col(Round.number).desc()).limit(1)).first()
        model = session.exec(select(ModelVersion).where(ModelVersion.status == CURRENT)).first()
        paused, schedule = session.get(Setting, "paused"), session.get(Setting, "schedule")
    due = schedule.value.get("next") if schedule is not None and isinstance(schedule.value, dict) else None
    return Overview(
        {outcome: counted.get(outcome, 0) for outcome in OUTCOMES},
        last,
        paused is not None and paused.value is True,
        due,
        model.version if model else None,
        model.base if model else None,
    )
