"""Every failure of the dashboard in one shape: `{"error": {"code", "message"}}`, the message saying what to do."""

import logging
import re
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from vsr_server.registry.version import UnknownVersion
from vsr_shared.errors import BadInvitation, FederationError, StoreError, UsageError, VsrError

_log = logging.getLogger("vsr")


class Failure(BaseModel):
    """What went wrong."""

    code: str
    message: str


class FailureAnswer(BaseModel):
    """The body of every answer with a status of 400 or more."""

    error: Failure


class NotThere(VsrError):
    """What was asked for does not exist."""


_STATUS: Final[tuple[tuple[type[VsrError], int], ...]] = (
    (NotThere, 404),
    (UnknownVersion, 404),
    (UsageError, 422),
    (BadInvitation, 422),
    (StoreError, 500),
    (FederationError, 409),
)
_OF_STATUS: Final = {
    400: ("invalid", "the request could not be read; check what was sent"),
    404: ("not_found", "there is nothing at this address; /api/openapi.json lists what there is"),
    405: ("invalid", "this address does not do that; /api/openapi.json lists what there is"),
    413: ("too_large", "this is larger than may be sent here"),
}


def in_one_shape(app: FastAPI) -> None:
    """Make every failure of `app` an answer of this shape."""

    @app.exception_handler(VsrError)
    async def of_vsr(_: Request, error: VsrError) -> JSONResponse:
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
        return answer(status, "not_found" if status == 404 else _name(error), str(error))

    @app.exception_handler(RequestValidationError)
    async def of_input(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:]) or "the request"
        return answer(422, "invalid", f"{place}: {first['msg']}; correct it and try again")

    @app.exception_handler(HTTPException)
    async def of_http(_: Request, error: HTTPException) -> JSONResponse:
        code, message = _OF_STATUS.get(error.status_code, ("invalid", str(error.detail)))
        return answer(error.status_code, code, message)

    @app.exception_handler(Exception)
    async def of_anything(_: Request, error: Exception) -> JSONResponse:
        _log.error("a request to the dashboard failed", exc_info=error)
        return answer(500, "internal", "something went wrong inside the server; its own output says more")


def answer(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return a failure."""
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)


def _name(error: VsrError) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
