"""The sealed log of participation: what left this machine, when, and what came of it."""

import json
from collections.abc import Mapping
from typing import Any

from sqlmodel import col, select

from vsr_client.store.database import Database
from vsr_client.store.schema import EntryRow


class Ledger:
    """Entries in the order they were added. Every call reads what is there now: other processes write too."""

    def __init__(self, database: Database) -> None:
        """Look into `database`."""
        self._database = database

    def add(self, entry: Mapping[str, Any]) -> None:
        """Add one entry, anything JSON can say, on the disk when this returns."""
        with self._database.writing() as session:
            row = EntryRow(sealed=b"")
            session.add(row)
            # The number it gets is part of what it is bound to.
            session.flush()
            row.sealed = self._database.seal_in(EntryRow, "sealed", row.id or 0, json.dumps(dict(entry)).encode())
            session.add(row)

    def all(self) -> list[dict[str, Any]]:
        """Return every entry, oldest first."""
        with self._database.reading() as session:
            rows = session.exec(select(EntryRow).order_by(col(EntryRow.id))).all()
            return [json.loads(self._database.open_from(EntryRow, "sealed", row.id or 0, row.sealed)) for row in rows]
