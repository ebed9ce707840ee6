"""The guard at the dashboard's door: pure ASGI, in front of every request. Each refusal names the threat it answers.

- Host: DNS rebinding, where a stranger's name is made to point at this machine.
- Origin and Sec-Fetch-Site: requests that other sites' pages send with the operator's cookie.
- Token or cookie: every other program and person that reaches the port.
- Rates: guessing, and a script gone wild. Sizes: a body that would fill the memory.
"""

import math
from collections.abc import Collection, Mapping
from html import escape
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vsr_server.dashboard.access import Access
from vsr_server.dashboard.failures import answer
from vsr_server.dashboard.limits import Bucket, WrongTokens

HEADERS: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "microphone=(), camera=(), geolocation=(), payment=(), usb=()",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}
"""On every answer that does not set its own."""

BODY_BYTES: Final = 16 * 1024
OPEN: Final = frozenset({"/healthz", "/readyz"})
"""What whoever looks after processes asks without a token; the answers hold no figure."""
FIGURES: Final = "/metrics"
_ENTER: Final = "/enter"
_OWN_SITE: Final = frozenset({"same-origin", "none"})
_SIGN_IN: Final = "this is the dashboard of a VSR server; run `vsr-server dashboard` where the server runs, for a link"
_USED: Final = "this link was used before or is too old; run `vsr-server dashboard` again, for a new one"
_FOREIGN: Final = (
    "a page of another site may not speak to this server; open the link that `vsr-server dashboard` prints"
)


class Guard:
    """Lets through to `app` what the operator sends."""

    def __init__(self, app: ASGIApp, access: Access, hosts: Collection[str]) -> None:
        """Stand in front of `app`, which answers to the names `hosts` (host:port, lower case) alone."""
        self._app, self._access, self._hosts = app, access, frozenset(hosts)
        self._wrong = WrongTokens()
        self._reading, self._changing = Bucket(20, 200), Bucket(1, 30)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # there is no WebSocket here, and browsers send them across sites
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        send = _with_headers(send)
        refusal = self._foreign(scope, headers) or self._admitted(scope, headers) or self._too_much(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self._app(scope, _counted(receive), send)

    def _foreign(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        host, origin = headers.get("host", "").lower(), headers.get("origin")
        if host not in self._hosts:
            says = "this address is not this server's (DNS rebinding); open the link that `vsr-server dashboard` prints"
            return _refusal(scope, headers, 403, "forbidden", says)
        if origin is not None and origin.lower() not in {f"http://{host}", f"https://{host}"}:
            return _refusal(scope, headers, 403, "forbidden", _FOREIGN)
        # A link from elsewhere may lead to /enter: it needs a ticket that the other site does not know.
        if scope["path"] != _ENTER and headers.get("sec-fetch-site", "none") not in _OWN_SITE:
            return _refusal(scope, headers, 403, "forbidden", _FOREIGN)
        return None

    def _admitted(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        path = scope["path"]
        if path in OPEN or (self._access.browser(headers) and path != _ENTER):
            return None
        shown = path == _ENTER or "authorization" in headers or self._access.cookie_name in headers.get("cookie", "")
        if not shown:
            return _refusal(scope, headers, 401, "unauthorised", _SIGN_IN)
        address = str((scope.get("client") or ("",))[0])
        seconds = self._wrong.wait(address)
        if seconds:  # not looked at, so that guessing on finds nothing out; browsers that are in stay in
            says = "too many wrong tokens came from there; wait a minute"
            return _refusal(scope, headers, 429, "too_many", says, seconds)
        if path == _ENTER:
            return self._enter(scope, headers, address)
        if self._access.bearer(headers, figures=path == FIGURES):
            return None
        self._wrong.count(address)
        return _refusal(scope, headers, 401, "unauthorised", _SIGN_IN)

    def _enter(self, scope: Scope, headers: Mapping[str, str], address: str) -> Response:
        ticket = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        # Only GET uses a link up: chat programs look at the head of every link they see.
        cookie = self._access.redeem(ticket) if scope["method"] == "GET" else None
        if cookie is None:
            self._wrong.count(address)
            return _refusal(scope, headers, 401, "unauthorised", _USED)
        if headers.get("sec-fetch-site", "none") in _OWN_SITE:
            return Response(None, 303, {"set-cookie": cookie, "location": "/"})
        # A strict cookie is not sent along with a redirect that began on another site.
        page = '<!doctype html><title>VSR</title><meta http-equiv="refresh" content="0;url=/">'
        return HTMLResponse(page, headers={"set-cookie": cookie})

    def _too_much(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            return _refusal(scope, headers, 400, "invalid", "the request's length is not a number")
        if int(length) > BODY_BYTES:
            return _refusal(scope, headers, 413, "too_large", f"no more than {BODY_BYTES:,} bytes may be sent here")
        if scope["path"] in OPEN:  # a flood of strangers must not make the server look dead; see `health`
            return None
        seconds = (self._reading if scope["method"] in {"GET", "HEAD"} else self._changing).wait()
        if seconds:
            return _refusal(scope, headers, 429, "too_many", "too many requests at once; wait a moment", seconds)
        return None


def _counted(receive: Receive) -> Receive:
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > BODY_BYTES:
            raise HTTPException(413)
        return message

    return counted


def _with_headers(send: Send) -> Send:
    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return dressed


def _refusal(
    scope: Scope, headers: Mapping[str, str], status: int, code: str, says: str, wait: float = 0.0
) -> Response:
    extra = {"retry-after": str(math.ceil(wait))} if wait else {}
    if "text/html" not in headers.get("accept", "") or scope["path"].startswith("/api/"):
        return answer(status, code, says, extra)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>VSR server</title><h1>VSR server</h1><p>{escape(says[0].upper() + says[1:])}.</p></html>"
    )
    return HTMLResponse(page, status, extra)
