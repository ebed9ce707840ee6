"""How much a stranger may take of the public port: bytes, seconds, connections."""

from dataclasses import dataclass
from typing import Final

FLOWER_CHUNK_BYTES: Final = 5 * 1024 * 1024
"""Flower 1.41 cuts an array into pieces of this size; each travels in a request of its own."""


@dataclass(frozen=True)
class PublicLimits:
    """Bounds of the public port. What they are for stands in docs/operations.md."""

    fleet_body: int = FLOWER_CHUNK_BYTES + 1024 * 1024
    """Most bytes of a machine's request: one piece, and its message's outline."""
    other_body: int = 64 * 1024
    """Most bytes of any other request."""
    header_bytes: int = 16 * 1024
    """Most bytes of a request's line and headers."""
    header_seconds: float = 10.0
    """Seconds that a connection has for its whole request line and headers."""
    idle_seconds: float = 15.0
    """Seconds between two pieces of a body, either way."""
    body_seconds: float = 300.0
    """Seconds for a whole request body: 21 kB/s for the largest."""
    connections: int = 2048
    """Connections at once, over all addresses."""
    connections_per_address: int = 64
    """Connections at once from one address; a household or an institute may be behind one."""
    superlink_connections: int = 256
    """Connections at once to the SuperLink; further requests wait for one."""
    strangers_per_minute: float = 10.0
    """First contacts with the SuperLink by keys that nobody was let in with, from one address, in the long run."""
    strangers_burst: int = 20
    """Such first contacts at once."""
    enrolments_per_minute: float = 10.0
    """Requests to enrol from one address, in the long run."""
    enrolment_burst: int = 10
    """Requests to enrol from one address at once."""
