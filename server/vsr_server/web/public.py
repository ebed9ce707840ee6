"""What people's machines reach: enrolment, the common model, and the fleet path to the SuperLink; nothing else.

Whatever is not named here is 404 with an empty body: Flower's control and runtime interfaces, the operator's pages,
this application's own documentation. No request is logged and no address is kept, but in memory: how often an
address asked to enrol of late, and how many connections it has.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vsr_server.web.fleet_proxy import FleetProxy, is_fleet_request
from vsr_server.web.limits import PublicLimits
from vsr_server.web.rate_limit import RateLimit
from vsr_server.web.request_body import announced_length, within_time

OWN_PATHS: Final = b"/vsr/"
ENROL_PATH: Final = "/vsr/enrol"
HEADERS: Final = (
    (b"strict-transport-security", b"max-age=31536000"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


def create_public_app(fleet: FleetProxy, routers: Sequence[APIRouter], limits: PublicLimits) -> ASGIApp:
    """Return the public port's application: `routers` under /vsr/, and `fleet`."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await fleet.close()

    own = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=lifespan)
    own.add_exception_handler(404, _nothing_here)
    own.add_exception_handler(405, _nothing_here)
    for router in routers:
        own.include_router(router)
    return _PublicPort(own, fleet, limits)


class _PublicPort:
    """Decides by the path on the wire who answers, within bounds of bytes and seconds."""

    def __init__(self, own: ASGIApp, fleet: FleetProxy, limits: PublicLimits) -> None:
        self._own = own
        self._fleet = fleet
        self._limits = limits
        self._enrolments = RateLimit(limits.enrolments_per_minute, limits.enrolment_burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or start and end."""
        if scope["type"] != "http":
            await self._own(scope, receive, send)
            return
        try:
            await self._answer(scope, receive, _bounded(send, self._limits.idle_seconds))
        except TimeoutError:
            # It stopped reading. Returning with the answer incomplete makes uvicorn close the connection.
            return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if is_fleet_request(scope):
                await self._fleet(scope, receive, send)
            elif scope["raw_path"].startswith(OWN_PATHS):
                await self._answer_own(scope, receive, send)
            else:
                await Response(status_code=404)(scope, receive, send)
        except HTTPException as refused:
            await Response(status_code=refused.status_code, headers=refused.headers)(scope, receive, send)

    async def _answer_own(self, scope: Scope, receive: Receive, send: Send) -> None:
        announced_length(scope, self._limits.other_body)
        address = scope["client"][0] if scope.get("client") else ""
        if scope["path"] == ENROL_PATH and not self._enrolments.allows(address):
            raise HTTPException(429, headers={"retry-after": "60", "connection": "close"})
        await self._own(scope, within_time(receive, self._limits), send)


def _bounded(send: Send, seconds: float) -> Send:
    """Return `send` with the missing security headers; TimeoutError where a piece is not taken in time."""

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = list(message.get("headers", ()))
            named = {name.lower() for name, _ in own}
            missing = [(name, value) for name, value in HEADERS if name not in named]
            message = {**message, "headers": [*own, *missing]}
        await asyncio.wait_for(send(message), seconds)

    return answer


def _nothing_here(request: Request, error: Exception) -> Response:
    """Answer an unknown path with nothing; a route's own 404 keeps its words."""
    if isinstance(error, HTTPException) and request.scope.get("endpoint") is not None and error.status_code == 404:
        return Response(str(error.detail), 404, media_type="text/plain")
    return Response(status_code=404)
