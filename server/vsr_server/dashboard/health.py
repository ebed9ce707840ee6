"""Signs of health for whoever looks after processes: alive, and ready. No token, so no figure and no reason either."""

import math
import shutil
import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import text

from vsr_server.dashboard.admin import Admin
from vsr_server.server_folder import ServerFolder
from vsr_shared.errors import FederationError

router = APIRouter(tags=["health"])

LEAST_FREE_BYTES: Final = 200 * 1024**2
"""Space for a few dozen versions of the model and the database's log."""
_SECONDS: Final = 1.0


class Alive(BaseModel):
    """The process answers."""

    status: str = "ok"


class Ready(BaseModel):
    """Which of the things that a federation needs are there."""

    ready: bool
    checks: dict[str, bool]
    """database, superlink, keys, disk."""


class Readiness:
    """The checks, made at most once a second, whoever asks and however often. Thread-safe."""

    def __init__(self, here: Admin) -> None:
        self._here = here
        self._lock = Lock()
        self._at = -math.inf
        self._found: dict[str, bool] = dict.fromkeys(_CHECKS, False)

    def checks(self) -> dict[str, bool]:
        """Return what holds of database, superlink, keys and disk."""
        # Who comes while somebody checks gets what is known: askers must not queue up behind a silent SuperLink.
        if time.monotonic() > self._at + _SECONDS and self._lock.acquire(blocking=False):
            try:
                self._found = {name: _holds(check, self._here) for name, check in _CHECKS.items()}
                self._at = time.monotonic()
            finally:
                self._lock.release()
        return self._found


@router.get("/healthz")
async def healthz() -> Alive:  # answered by the loop itself: threads may all wait for a database
    """Say that the process is alive."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Ready}})
def readyz(request: Request, response: Response) -> Ready:
    """Say whether rounds can run: 200 where all checks hold, 503 where one does not."""
    found = request.app.state.readiness.checks()
    response.status_code = 200 if all(found.values()) else 503
    return Ready(ready=all(found.values()), checks=found)


def _holds(check: Callable[[Admin], object], here: Admin) -> bool:
    try:
        check(here)
    except (FederationError, OSError):
        return False
    return True


def _database(here: Admin) -> None:
    with here.database.reading() as session:
        session.connection().execute(text("SELECT 1"))


def _keys(here: Admin) -> None:
    folder = ServerFolder(here.folder)
    for path in (folder.keys / "release_key", folder.certificates / "ca.crt"):
        with path.open("rb") as file:
            if not file.read(1):
                raise FederationError(f"{path} is empty; restore it from a backup")


def _disk(here: Admin) -> None:
    if shutil.disk_usage(here.folder).free < LEAST_FREE_BYTES:
        raise FederationError(f"the disk of {here.folder} is nearly full; free space")


_CHECKS: Final[Mapping[str, Callable[[Admin], object]]] = {
    "database": _database,
    "superlink": lambda here: here.find_superlink().connected(),
    "keys": _keys,
    "disk": _disk,
}
