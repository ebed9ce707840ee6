"""What the operator sets while the server runs, and where the schedule stands for the operator to see."""

from datetime import datetime

from sqlmodel import Session

from vsr_server.database import Database
from vsr_server.database.tables import Setting


class OperatorWishes:
    """The settings of a running coordinator in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def paused(self) -> bool:
        """Whether further rounds are held back."""
        with self._database.reading() as session:
            found = session.get(Setting, "paused")
            return found is not None and found.value is True

    def show_schedule(self, every: float, due: datetime) -> None:
        """Write down the seconds between two rounds and when the next is due."""
        with self._database.session() as session:
            _put(session, "schedule", {"every": every, "next": due.isoformat()})


def set_paused(session: Session, paused: bool) -> bool:
    """Hold further rounds back, or let them go on; return whether that changes anything."""
    found = session.get(Setting, "paused")
    changed = (found is not None and found.value is True) != paused
    _put(session, "paused", paused)
    return changed


def _put(session: Session, name: str, value: object) -> None:
    found = session.get(Setting, name)
    if found is None:
        session.add(Setting(name=name, value=value))
    else:
        found.value = value
        session.add(found)
