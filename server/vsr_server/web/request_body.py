"""A request's body, read within bounds: announced, not too long, not too slow."""

import asyncio
import time
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

from vsr_server.web.limits import PublicLimits

CLOSE = {"connection": "close"}
"""What is left of a refused body is not read, so the connection cannot go on."""


def announced_length(scope: Scope, most: int) -> int:
    """Return the length that a request announces, 0 where it has no body.

    Raises HTTPException: 411 where a body of unknown length comes, 413 where it would be longer than `most` bytes.
    """
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    if any(name == b"transfer-encoding" for name, _ in headers):
        raise HTTPException(411, headers=CLOSE)
    # The HTTP parser has refused lengths that are no numbers, and several that differ.
    length = next((int(value) for name, value in headers if name == b"content-length"), 0)
    if length > most:
        raise HTTPException(413, headers=CLOSE)
    return length


def within_time(receive: Receive, limits: PublicLimits) -> Receive:
    """Return `receive` with an end: HTTPException 408 where a body's next piece or its last takes too long."""
    deadline = time.monotonic() + limits.body_seconds

    async def patient() -> Message:
        left = min(limits.idle_seconds, deadline - time.monotonic())
        try:
            return await asyncio.wait_for(receive(), left)
        except TimeoutError as error:
            raise HTTPException(408, headers=CLOSE) from error

    return patient


class ClientGone(Exception):
    """The other side hung up within its request."""


async def pieces(receive: Receive) -> AsyncIterator[bytes]:
    """Yield a body as it comes; ClientGone where it breaks off."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        more = message.get("more_body", False)
        if message.get("body"):
            yield message["body"]
