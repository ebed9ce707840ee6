"""Who may speak to the app: whoever opened its one-time link, and scripts that can read the data folder.

Three secrets, made anew at each start: one-time tokens in links, the cookie that a link is exchanged for, and the
token of scripts, which lies in the data folder for its owner alone to read.
"""

import hmac
import secrets
import time
from collections.abc import Mapping
from threading import Lock

TICKET_SECONDS = 600
"""How long a link may be opened: a link that lies about is not a key for ever."""

_BYTES = 32


class Access:
    """The secrets of one run of the app. Thread-safe."""

    def __init__(self, port: int, base_url: str) -> None:
        """Make the secrets of the app at `base_url`."""
        self.port = port
        self.base_url = base_url
        self.bearer = secrets.token_urlsafe(_BYTES)
        # Cookies know no ports: two people's apps on one machine must not take each other's for theirs.
        self.cookie_name = f"vsr-{port}"
        self._cookie = secrets.token_urlsafe(_BYTES)
        self._tickets: dict[str, float] = {}
        self._lock = Lock()

    def new_link(self) -> str:
        """Return a link that lets one browser in, once, within ten minutes."""
        ticket = secrets.token_urlsafe(_BYTES)
        with self._lock:
            self._tickets[ticket] = time.monotonic() + TICKET_SECONDS
        return f"{self.base_url}/enter?token={ticket}"

    def redeem(self, ticket: str) -> bool:
        """Say whether `ticket` lets in; it is worth nothing afterwards."""
        now, found = time.monotonic(), ""
        with self._lock:
            self._tickets = {known: until for known, until in self._tickets.items() if until > now}
            for known in self._tickets:  # all of them, so that the time taken says nothing
                if _same(known, ticket):
                    found = known
            self._tickets.pop(found, None)
        return bool(found)

    def set_cookie(self) -> str:
        """Return the Set-Cookie header of someone who was let in."""
        return f"{self.cookie_name}={self._cookie}; Path=/; HttpOnly; SameSite=Strict"

    def admits(self, headers: Mapping[str, str]) -> bool:
        """Say whether a request with these headers (lower-case names) carries the cookie or the scripts' token."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and _same(self.bearer, token.strip()):
            return True
        pairs = (pair.strip().partition("=") for pair in headers.get("cookie", "").split(";"))
        given = [value for name, _, value in pairs if name == self.cookie_name]
        return any(_same(self._cookie, value) for value in given)


def _same(secret: str, given: str) -> bool:
    return hmac.compare_digest(secret.encode(), given.encode("utf-8", "surrogateescape"))
