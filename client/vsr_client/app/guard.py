"""The guard at the app's door: pure ASGI, in front of every request.

A server on loopback can be reached by every page that this person's browser shows and by everybody on this machine.
Each refusal names the threat that it answers:

- Host: DNS rebinding, where a stranger's name is made to point at 127.0.0.1 so that his page counts as the same site.
- Origin and Sec-Fetch-Site (Fetch Metadata): requests that other sites' pages send, simple POSTs that need no
  preflight among them, and pages of other programs on other ports of this machine.
- Cookie or token: other people and programs on this machine.
- The user at the other end, where the kernel tells: people with whom this machine is shared.
- Sizes: a body that would fill memory or disk.
"""

import json
import re
from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vsr_client.app.access import Access
from vsr_client.app.peer import is_strangers

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}
"""On every answer that does not set its own."""

LOOPBACK: Final = ("127.0.0.1", "::1")

BODY_BYTES: Final = 64 * 1024
"""Largest body of an ordinary request."""
LARGER_BODIES: Final = (
    (re.compile(r"/api/captures/[^/]+/samples"), 1024**2),
    (re.compile(r"/api/recordings"), 2 * 1024**3),
    (re.compile(r"/api/restore"), 64 * 1024**3),
)


class Guard:
    """Lets through to `app` what comes from this person's own browser or scripts."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        """Stand in front of `app`."""
        self._app = app
        self._access = access
        port = access.port
        names = ("127.0.0.1", "localhost", "[::1]")
        self._hosts = {f"{name}:{port}" for name in names} | (set(names) if port == 80 else set())

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
        refusal = self._refusal(scope["path"], headers) or _stranger(scope)
        if refusal:
            await _refuse(send, 403, "forbidden", refusal, _wants_page(scope, headers))
        elif scope["path"] == "/enter":
            await self._enter(scope, send, headers)
        elif not self._access.admits(headers):
            says = "this is somebody's private app; run `vsr` on this machine, which opens it for you"
            await _refuse(send, 401, "unauthorised", says, _wants_page(scope, headers))
        else:
            await self._limited(scope, receive, send, headers)

    def _refusal(self, path: str, headers: Mapping[str, str]) -> str:
        """Return why a request with these headers is refused whoever sends it, "" where it is not."""
        host = headers.get("host", "").lower()
        if host not in self._hosts:
            return "this address is not VSR's (DNS rebinding); open the link that `vsr` prints"
        origin = headers.get("origin")
        if origin is not None and origin.lower() != f"http://{host}":
            return "a page of another site may not speak to VSR (Origin)"
        # A link from elsewhere may lead to /enter: it needs a token that the other site does not know.
        if path != "/enter" and headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
            return "a page of another site may not speak to VSR (Sec-Fetch-Site); open the link that `vsr` prints"
        return ""

    async def _enter(self, scope: Scope, send: Send, headers: Mapping[str, str]) -> None:
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if scope["method"] != "GET" or not self._access.redeem(token):
            says = "this link was used before or is too old; run `vsr` again, which opens a new one"
            await _refuse(send, 401, "unauthorised", says, _wants_page(scope, headers))
            return
        cookie = (b"set-cookie", self._access.set_cookie().encode())
        if headers.get("sec-fetch-site", "none") in {"same-origin", "none"}:
            await _answer(send, 303, b"", [cookie, (b"location", b"/")])
        else:  # a strict cookie is not sent along with a redirect that began on another site
            page = b'<!doctype html><title>VSR</title><meta http-equiv="refresh" content="0;url=/">'
            await _answer(send, 200, page, [cookie, (b"content-type", b"text/html; charset=utf-8")])

    async def _limited(self, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str]) -> None:
        limit = next((size for path, size in LARGER_BODIES if path.fullmatch(scope["path"])), BODY_BYTES)
        says = f"this is larger than the {limit:,} bytes that may be sent here; send less at a time"
        announced = headers.get("content-length", "0")
        if not announced.isascii() or not announced.isdigit():
            await _refuse(send, 400, "invalid", "the request's length is not a number", page=False)
            return
        if int(announced) > limit:
            await _refuse(send, 413, "too_large", says, page=False)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(413, says)
            return message

        await self._app(scope, counted, send)


def _stranger(scope: Scope) -> str:
    client, server = scope.get("client"), scope.get("server")
    # Whoever calls the app without a network, as a test does, has no address.
    if client and server and client[0] in LOOPBACK and is_strangers(tuple(client), tuple(server)):
        return "another user of this machine may not speak to VSR"
    return ""


def _with_headers(send: Send) -> Send:
    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return dressed


def _wants_page(scope: Scope, headers: Mapping[str, str]) -> bool:
    return "text/html" in headers.get("accept", "") and not scope["path"].startswith("/api/")


async def _refuse(send: Send, status: int, code: str, says: str, page: bool) -> None:
    if page:
        body = (
            '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>VSR</title><h1>VSR</h1><p>{escape(says[0].upper() + says[1:])}.</p></html>"
        ).encode()
        await _answer(send, status, body, [(b"content-type", b"text/html; charset=utf-8")])
    else:
        body = json.dumps({"error": {"code": code, "message": says}}).encode()
        await _answer(send, status, body, [(b"content-type", b"application/json")])


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
