"""What every call of the dashboard needs: the database, the data folder, and how to ask the SuperLink."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from vsr_server.dashboard.access import Access
from vsr_server.dashboard.superlink import FindSuperLink
from vsr_server.database import Database
from vsr_shared.errors import FederationError
from vsr_shared.secure_sum.tolerance import SMALLEST_COHORT


@dataclass(frozen=True)
class Admin:
    """The dashboard's surroundings."""

    database: Database
    folder: Path
    access: Access
    find_superlink: FindSuperLink
    smallest: int = SMALLEST_COHORT
    """People that a figure is over at least."""

    def connected(self) -> frozenset[str] | None:
        """Return the ids of the machines that are connected; None where the SuperLink does not say."""
        try:
            return self.find_superlink().connected()
        except FederationError:
            return None

    @staticmethod
    def now() -> datetime:
        """The time, aware and in UTC."""
        return datetime.now(UTC)


def _of(request: Request) -> Admin:
    found: Admin = request.app.state.admin
    return found


Here = Annotated[Admin, Depends(_of)]
