"""`POST /vsr/enrol`: a machine asks to be let in. JSON of at most 4,096 bytes, both ways.

    200   {"machine", "certificate"}: let in; an empty certificate means that the operator has yet to certify it
    403   the invitation does not hold, or the machine was taken out
    409   the keys are another machine's
    413   larger than any request
    422   this is no request
    503   the server cannot keep it now

Every refusal is `{"error": {"code", "message"}}`, the message being for the person.
"""

import logging
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from vsr_server.database import Database
from vsr_server.enrolment.enrol import NotEnrolled, TellSuperLink, enrol
from vsr_server.enrolment.federation_keys import federation_keys
from vsr_server.server_folder import ServerFolder
from vsr_shared.errors import FederationError
from vsr_shared.federation.enrolment import MAX_BYTES, PATH, EnrolmentRequest, request_from_json

_log = logging.getLogger("vsr.enrolment")


def router(database: Database, folder: ServerFolder, superlink: TellSuperLink) -> APIRouter:
    """Return the route that lets machines in, keeps them in `database` and tells `superlink` of them.

    The keys in `folder` are read at each request: an enrolment key that was taken away signs nothing more.
    """
    routes = APIRouter()

    @routes.post(PATH)
    async def ask(request: Request) -> JSONResponse:
        data = await _body(request)
        if data is None:
            return _refusal(413, "too_large", f"a request to be let in has at most {MAX_BYTES} bytes")
        try:
            asked = request_from_json(data)
        except FederationError as error:
            return _refusal(422, "invalid", f"{error}; update VSR")
        return await run_in_threadpool(_answer, asked)

    def _answer(asked: EnrolmentRequest) -> JSONResponse:
        try:
            return JSONResponse(enrol(database, asked, federation_keys(folder), superlink, datetime.now(UTC)).to_json())
        except NotEnrolled as error:
            return _refusal(409 if error.code == "other_keys" else 403, error.code, str(error))
        except FederationError as error:
            # What it says is about the server's own folders; the operator reads it, not a stranger.
            _log.error("a machine could not be let in: %s", error)
            return _refusal(503, "unavailable", "the server cannot let anybody in now; try again later")

    return routes


async def _body(request: Request) -> bytes | None:
    """Return the body, None where it is longer than any request."""
    data = b""
    try:
        async for piece in request.stream():
            data += piece
            if len(data) > MAX_BYTES:
                return None
    except ClientDisconnect:
        return b""
    return data


def _refusal(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status)
