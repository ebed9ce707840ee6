"""The app: its routers, in one shape of failures, behind the guard."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.metadata import version
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from vsr_client.app.access import Access
from vsr_client.app.failures import FailureAnswer, in_one_shape
from vsr_client.app.guard import Guard
from vsr_client.app.runtime import Runtime

ROUTERS: Final = (
    "api_state",
    "api_live",
    "api_captures",
    "api_recordings",
    "api_teach",
    "api_look_back",
    "api_wellbeing",
    "api_together",
    "api_settings",
    "assets",  # last: it takes every address that is left
)

_ABOUT: Final = """The pages of VSR use this API; scripts may use it too, with the header `Authorization: Bearer TOKEN`,
where `vsr token` prints the token. It answers on this machine alone. Times are ISO 8601 with an offset, probabilities
0 to 1. Every failure is `{"error": {"code", "message"}}`, the message saying what to do."""


def create_app(runtime: Runtime) -> FastAPI:
    """Return the app without its guard."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        runtime.start()
        yield
        runtime.close()

    app = FastAPI(
        title="VSR",
        version=version("vsr"),
        description=_ABOUT,
        openapi_url="/api/openapi.json",
        docs_url=None,  # the pages of documentation that come with FastAPI are loaded from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        responses={"4XX": {"model": FailureAnswer, "description": "What was wrong, and what to do."}},
    )
    app.state.runtime = runtime
    in_one_shape(app)
    for name in ROUTERS:
        router: APIRouter = import_module(f"vsr_client.app.{name}").router
        app.include_router(router)
    return app


def guarded(runtime: Runtime, access: Access) -> ASGIApp:
    """Return the app as it meets the world."""
    app = create_app(runtime)
    app.state.access = access
    return Guard(app, access)
