"""The machines' requests, handed on to the SuperLink: the ten calls that a node makes, and no other path of it.

The SuperLink has its control and runtime interfaces on the same port, the first without any authentication; so
paths are let through by name, compared as they came on the wire, before anything is decoded. Calls by which a
stock node would register itself are not among them: machines come in by invitation.
The machine's signed headers pass as they are. Forwarding headers do not: the SuperLink learns nobody's address.
"""

import ssl
from collections.abc import Iterable
from typing import Final

import httpx
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from vsr_server.web.known_machines import KnownMachines
from vsr_server.web.limits import PublicLimits
from vsr_server.web.rate_limit import RateLimit
from vsr_server.web.request_body import CLOSE, ClientGone, announced_length, pieces, within_time

FLEET_PATHS: Final = frozenset(
    b"/v1/fleet/" + call
    for call in b"activate-node deactivate-node send-node-heartbeat pull-messages push-messages get-run get-fab "
    b"push-object pull-object confirm-message-received".split()
)
_HOP_BY_HOP: Final = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding "
    b"upgrade".split()
)
"""RFC 9110, section 7.6.1, and what its Connection header names."""
_NOT_FORWARDED: Final = frozenset(b"host expect forwarded x-forwarded-for x-forwarded-proto x-real-ip via".split())
_NOT_RETURNED: Final = frozenset((b"server", b"date"))
_CONNECT_SECONDS: Final = 5.0
_ANSWER_SECONDS: Final = 60.0
_KEEP_SECONDS: Final = 3.0
"""Below the 5 s after which the SuperLink closes a quiet connection, so that none is used as it closes."""
_KEY_HEADER: Final = b"flwr-public-key"
_FIRST_CONTACT: Final = b"/v1/fleet/activate-node"
Header = tuple[bytes, bytes]


def is_fleet_request(scope: Scope) -> bool:
    """Whether a request is one that a machine may make of the SuperLink."""
    return scope["method"] == "POST" and not scope["query_string"] and scope.get("raw_path") in FLEET_PATHS


class FleetProxy:
    """An ASGI application that hands fleet requests on to the SuperLink at `superlink` (host:port).

    The SuperLink has to show a certificate of `authority` (PEM). Where it does not answer the machine is told so
    with 502, 503 or 504, which Flower's node takes as "try again".
    """

    def __init__(self, superlink: str, authority: bytes, limits: PublicLimits, known: KnownMachines) -> None:
        self._base = f"https://{superlink}"
        self._limits = limits
        self._known = known
        self._strangers = RateLimit(limits.strangers_per_minute, limits.strangers_burst)
        self._client = httpx.AsyncClient(
            # With `cadata` the context trusts that authority alone.
            verify=ssl.create_default_context(cadata=authority.decode("ascii")),
            timeout=httpx.Timeout(
                _ANSWER_SECONDS, connect=_CONNECT_SECONDS, write=limits.idle_seconds, pool=limits.idle_seconds
            ),
            limits=httpx.Limits(max_connections=limits.superlink_connections, keepalive_expiry=_KEEP_SECONDS),
            trust_env=False,
        )

    async def close(self) -> None:
        """Close the connections to the SuperLink."""
        await self._client.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand one request on; HTTPException where that is refused or cannot be."""
        announced_length(scope, self._limits.fleet_body)
        await self._check_known(scope)
        request = httpx.Request(
            "POST",
            self._base + scope["raw_path"].decode("ascii"),
            headers=end_to_end(scope["headers"], _NOT_FORWARDED),
            content=pieces(within_time(receive, self._limits)),
            extensions={"timeout": self._client.timeout.as_dict()},
        )
        try:
            answer = await self._client.send(request, stream=True)
        except ClientGone:
            return
        except (HTTPException, httpx.PoolTimeout) as error:
            # A machine on a bad line is to try again, too: Flower's node gives up after a 408.
            raise HTTPException(503, headers=CLOSE) from error
        except httpx.HTTPError as error:
            raise HTTPException(504 if isinstance(error, httpx.TimeoutException) else 502, headers=CLOSE) from error
        await _pass_back(answer, send)

    async def _check_known(self, scope: Scope) -> None:
        """Raise HTTPException for a key that nobody was let in with, as the SuperLink would, and without its time.

        A first contact is passed on now and then: the SuperLink's own answer tells a person what is wrong.
        """
        shown = next((value for name, value in scope["headers"] if name == _KEY_HEADER), b"")
        if await self._known.may_be(shown):
            return
        if scope["raw_path"] != _FIRST_CONTACT:
            raise HTTPException(401, headers=CLOSE)
        if not self._strangers.allows(scope["client"][0] if scope.get("client") else ""):
            raise HTTPException(503, headers=CLOSE)


def end_to_end(headers: Iterable[Header], without: frozenset[bytes]) -> list[Header]:
    """Return the headers that travel from end to end, less those named in `without`; names are in lower case."""
    given = list(headers)
    named = {token.strip().lower() for name, value in given if name == b"connection" for token in value.split(b",")}
    dropped = _HOP_BY_HOP | without | named
    return [(name, value) for name, value in given if name not in dropped]


async def _pass_back(answer: httpx.Response, send: Send) -> None:
    raw = [(name.lower(), value) for name, value in answer.headers.raw]
    try:
        headers = end_to_end(raw, _NOT_RETURNED)
        await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
        async for piece in answer.aiter_raw():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    finally:
        await answer.aclose()
    await send({"type": "http.response.body", "body": b""})
