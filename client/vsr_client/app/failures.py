"""Every failure of the app in one shape: `{"error": {"code", "message"}}`, the message saying what to do."""

import logging
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from vsr_client.error_code import error_code
from vsr_shared.errors import (
    AudioError,
    BadInvitation,
    FederationError,
    LockedStore,
    UnknownRecording,
    UsageError,
    VsrError,
)

_log = logging.getLogger("vsr")


class Failure(BaseModel):
    """What went wrong."""

    code: str
    message: str


class FailureAnswer(BaseModel):
    """The body of every answer with a status of 400 or more."""

    error: Failure


class Busy(VsrError):
    """The same work is being done already."""


class NotThere(VsrError):
    """What was asked for does not exist."""


class Locked(LockedStore):
    """The person's data is not unlocked yet."""


_STATUS: Final[tuple[tuple[type[VsrError], int], ...]] = (
    (Locked, 423),
    (LockedStore, 403),
    (Busy, 409),
    (NotThere, 404),
    (UnknownRecording, 404),
    (AudioError, 422),
    (UsageError, 422),
    (BadInvitation, 422),
    (FederationError, 502),
)
_CODES: Final = {Busy: "busy", NotThere: "not_found", UnknownRecording: "not_found", Locked: "locked"}
_OF_STATUS: Final = {
    400: ("invalid", "the request could not be read; check what was sent"),
    404: ("not_found", "there is nothing at this address; /api/openapi.json lists what there is"),
    405: ("invalid", "this address does not do that; /api/openapi.json lists what there is"),
    413: ("too_large", "this is larger than may be sent here; send less at a time"),
}


def status_of(error: VsrError) -> int:
    """Return the HTTP status of `error`: 500 where the fault lies with the data folder or the base."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def code_of(error: VsrError) -> str:
    """Return the name of `error` for programs: its class in snake case."""
    return _CODES.get(type(error)) or error_code(error)


def in_one_shape(app: FastAPI) -> None:
    """Make every failure of `app` an answer of this shape."""

    @app.exception_handler(VsrError)
    async def of_vsr(_: Request, error: VsrError) -> JSONResponse:
        return _answer(status_of(error), code_of(error), str(error))

    @app.exception_handler(RequestValidationError)
    async def of_input(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:]) or "the request"
        return _answer(422, "invalid", f"{place}: {first['msg']}; correct it and try again")

    @app.exception_handler(HTTPException)
    async def of_http(_: Request, error: HTTPException) -> JSONResponse:
        code, message = _OF_STATUS.get(error.status_code, ("invalid", str(error.detail)))
        return _answer(error.status_code, code, str(error.detail) if error.status_code == 413 else message)

    @app.exception_handler(ClientDisconnect)
    async def of_leaving(_: Request, __: ClientDisconnect) -> JSONResponse:
        return _answer(400, "invalid", "the request broke off; send it again")

    @app.exception_handler(Exception)
    async def of_anything(_: Request, error: Exception) -> JSONResponse:
        _log.error("a request failed", exc_info=error)
        return _answer(500, "internal", "something went wrong inside VSR; the window of `vsr` says more")


def _answer(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status)
