"""Who may use the dashboard: a browser that opened a one-time link, and scripts that hold a token."""

import hmac
import secrets
import time
from collections.abc import Mapping
from threading import Lock
from typing import Final

from vsr_server.dashboard.limits import Clock
from vsr_server.dashboard.tickets import make_ticket, new_run, ticket_until

SESSION_SECONDS: Final = 12 * 3600
"""How long a browser stays let in: a working day."""
_SESSIONS: Final = 64
_BYTES: Final = 32


class Access:
    """Tokens, links and the browsers that were let in. Thread-safe; links and browsers end with this run."""

    def __init__(self, admin: str, metrics: str, port: int, clock: Clock = time.time) -> None:
        """Admit bearers of the token `admin` everywhere, of `metrics` to the figures alone; `clock` since 1970."""
        self._admin, self._metrics = admin, metrics
        self.run = new_run()
        # Cookies know no ports: two servers on one machine must not take each other's for theirs.
        self.cookie_name = f"vsr-admin-{port}"
        self._clock = clock
        self._used: dict[str, float] = {}
        self._sessions: dict[str, float] = {}
        self._lock = Lock()

    def new_ticket(self) -> str:
        """Return what lets one browser in, once, within ten minutes."""
        return make_ticket(self._admin, self.run, self._clock())

    def redeem(self, ticket: str) -> str | None:
        """Return a new browser's Set-Cookie header for `ticket`, which is worth nothing afterwards; None: worthless."""
        now = self._clock()
        until = ticket_until(self._admin, self.run, ticket, now)
        with self._lock:
            self._used = _unexpired(self._used, now)
            if until is None or ticket in self._used:
                return None
            self._used[ticket] = until
            session = secrets.token_urlsafe(_BYTES)
            self._sessions = _unexpired(self._sessions, now)
            self._sessions[session] = now + SESSION_SECONDS
            _drop_oldest(self._sessions)
        return f"{self.cookie_name}={session}; Path=/; HttpOnly; SameSite=Strict; Max-Age={SESSION_SECONDS}"

    def browser(self, headers: Mapping[str, str]) -> bool:
        """Say whether the cookie among `headers` (lower-case names) is one of a browser that was let in."""
        with self._lock:
            self._sessions = _unexpired(self._sessions, self._clock())
            return any(_find(self._sessions, cookie) for cookie in self._cookies(headers))

    def leave(self, headers: Mapping[str, str]) -> None:
        """Let the browser of `headers` in no more."""
        with self._lock:
            for cookie in self._cookies(headers):
                known = _find(self._sessions, cookie)
                if known is not None:
                    del self._sessions[known]

    def bearer(self, headers: Mapping[str, str], *, figures: bool) -> bool:
        """Say whether `headers` carry a token that is good: the operator's, or with `figures` the one for these."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        right = _same(self._admin, given.strip())
        right |= _same(self._metrics, given.strip()) & figures
        return right and scheme.lower() == "bearer"

    def _cookies(self, headers: Mapping[str, str]) -> list[str]:
        pairs = (pair.strip().partition("=") for pair in headers.get("cookie", "").split(";"))
        return [value for name, _, value in pairs if name == self.cookie_name]


def _same(secret: str, given: str) -> bool:
    return hmac.compare_digest(secret.encode(), given.encode("utf-8", "surrogateescape"))


def _find(secrets_: Mapping[str, float], given: str) -> str | None:
    found = None
    for known in secrets_:  # all of them, so that the time taken says nothing
        if _same(known, given):
            found = known
    return found


def _unexpired(until: Mapping[str, float], now: float) -> dict[str, float]:
    return {secret: end for secret, end in until.items() if end > now}


def _drop_oldest(until: dict[str, float]) -> None:
    while len(until) > _SESSIONS:
        del until[next(iter(until))]
