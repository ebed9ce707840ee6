"""The dashboard's app: its routers, in one shape of failures, behind the guard."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Final

from fastapi import FastAPI

from vsr_server.dashboard.access import Access
from vsr_server.dashboard.admin import Admin
from vsr_server.dashboard.announced import announced
from vsr_server.dashboard.failures import FailureAnswer, in_one_shape
from vsr_server.dashboard.guard import Guard
from vsr_server.dashboard.health import Readiness
from vsr_server.dashboard.superlink import SuperLinkAt, of_folder
from vsr_server.dashboard.tokens import ADMIN, METRICS, token
from vsr_server.database import Database
from vsr_shared.secure_sum.tolerance import SMALLEST_COHORT

ROUTERS: Final = (
    "health",
    "metrics",
    "api_access",
    "api_rounds",
    "api_models",
    "api_people",
    "api_enrolment",
    "api_privacy",
    "api_events",
    "api_audit",
    "api_settings",
    "pages",  # last: it takes every address that is left
)
_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")
_ABOUT: Final = """The pages of the dashboard use this API; scripts may use it too, with the header
`Authorization: Bearer TOKEN`, the token being in `admin.token` of the server's data folder. Times are ISO 8601 in UTC.
No answer holds a figure of fewer people than a secure sum takes. Every failure is `{"error": {"code", "message"}}`, the
message saying what to do."""


def create_admin_app(
    database: Database,
    folder: Path,
    *,
    port: int,
    superlink: SuperLinkAt | None = None,
    hosts: Collection[str] = (),
    smallest: int = SMALLEST_COHORT,
) -> FastAPI:
    """Return the dashboard of the server on `folder`, to be served on `port` of loopback.

    superlink : where the SuperLink is; by default the one of the server that runs on `folder`
    hosts : further names (host:port) that it answers to, as a container's or a reverse proxy's
    smallest : people that a figure is over at least; never fewer than a secure sum takes

    Raises StoreError where the tokens in `folder` cannot be read or made.
    """
    access = Access(token(folder, ADMIN), token(folder, METRICS), port)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with announced(folder, port, access.run):
            yield

    app = FastAPI(
        title="VSR server",
        version=version("vsr"),
        description=_ABOUT,
        openapi_url="/api/openapi.json",
        docs_url=None,  # the pages of documentation that come with FastAPI are loaded from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        responses={"4XX": {"model": FailureAnswer, "description": "What was wrong, and what to do."}},
    )
    find = of_folder(folder) if superlink is None else lambda: superlink
    app.state.admin = Admin(database, folder, access, find, max(smallest, SMALLEST_COHORT))
    app.state.readiness = Readiness(app.state.admin)
    in_one_shape(app)
    for name in ROUTERS:
        app.include_router(import_module(f"vsr_server.dashboard.{name}").router)
    names = {f"{name}:{port}" for name in _NAMES} | {name.lower() for name in hosts}
    app.add_middleware(Guard, access=access, hosts=names)
    return app
