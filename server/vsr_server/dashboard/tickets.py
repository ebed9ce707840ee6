"""Tickets: what a one-time link carries, made by whoever has the operator's token, for one run of the dashboard.

RUN.UNTIL.NONCE.SEAL, the seal being an HMAC-SHA256 under the token. So the command that prints a link sends nothing
secret to a port, where another program may listen once the dashboard has ended, and its ticket is worthless there.
"""

import hashlib
import hmac
import secrets
from typing import Final

TICKET_SECONDS: Final = 600
"""How long a link may be opened: one that lies about is not a key for ever."""

_LONGEST: Final = 300


def new_run() -> str:
    """Return what tells one run of the dashboard from every other."""
    return secrets.token_hex(16)


def make_ticket(token: str, run: str, now: float) -> str:
    """Return a ticket that holds for ten minutes from `now`, in seconds since 1970."""
    stated = f"{run}.{int(now) + TICKET_SECONDS}.{secrets.token_hex(16)}"
    return f"{stated}.{_seal(token, stated)}"


def ticket_until(token: str, run: str, ticket: str, now: float) -> int | None:
    """Return until when `ticket` holds, in seconds since 1970; None where it is none of this run's, or too old."""
    stated, _, seal = ticket.rpartition(".")
    if len(ticket) > _LONGEST or not hmac.compare_digest(
        _seal(token, stated).encode(), seal.encode("utf-8", "surrogateescape")
    ):
        return None
    # What follows is believed: only who has the token can have stated it.
    of_run, until, _ = stated.split(".")
    return int(until) if of_run == run and now < int(until) else None


def _seal(token: str, stated: str) -> str:
    said = b"vsr dashboard link\0" + stated.encode("utf-8", "surrogateescape")
    return hmac.new(token.encode(), said, hashlib.sha256).hexdigest()
