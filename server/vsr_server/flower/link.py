"""A SuperLink as the coordinator needs it, whoever runs it: where it is, how to know it, and what opens its tasks."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from vsr_shared.errors import UsageError
from vsr_shared.federation.address import parse_address

_SHORTEST_SECRET: Final = 16


class Link(Protocol):
    """A SuperLink."""

    @property
    def address(self) -> str:
        """host:port."""

    @property
    def authority(self) -> bytes:
        """Certificate, PEM, of the authority that vouches for it."""

    @property
    def secret(self) -> bytes:
        """Who holds it may take the tasks of runs."""

    @property
    def running(self) -> bool:
        """Whether it lives, as far as can be known without asking it."""


@dataclass(frozen=True)
class LinkAt:
    """A SuperLink that somebody else starts and ends, as another container does."""

    address: str
    authority: bytes
    secret: bytes
    running: bool = True


def link_at(address: str, authority: Path, secret: Path) -> LinkAt:
    """Return the SuperLink at `address` (host:port), with certificate and secret from their files.

    UsageError where the address is none, or a file cannot be read or holds no secret.
    """
    parse_address(address)
    try:
        held = LinkAt(address, authority.read_bytes(), secret.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {error.filename} ({error.strerror})") from error
    if len(held.secret) < _SHORTEST_SECRET:
        raise UsageError(f"{secret} holds fewer than {_SHORTEST_SECRET} bytes; write 32 random ones into it")
    return held
