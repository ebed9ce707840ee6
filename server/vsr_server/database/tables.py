"""The tables of the server. No row holds a figure, a size or a metric of a single person.

All times are aware and in UTC.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, MetaData
from sqlmodel import Field, SQLModel

from vsr_server.database.times import UtcTime

REVISIONS: Final = ("1",)
"""Schemas this server knows, the newest last; each a file in `migrations/versions`."""

NEWEST_EVENTS: Final = 10_000
"""Events that are kept; the oldest go first."""


class _Table(SQLModel):
    """A table of this server; other rooms have metadata of their own."""

    metadata = MetaData()


class Machine(_Table, table=True):
    """A machine that is enrolled, or was."""

    __tablename__ = "machine"
    id: str = Field(primary_key=True)
    """First 16 hexadecimal digits of the SHA-256 of `node_key`."""
    name: str
    node_key: str
    """Public, in PEM, as Flower compares it."""
    identity: str = Field(unique=True)
    """Public key in secure sums, 64 hexadecimal digits."""
    certificate: str
    """The enrolment key's signature over the identity, 128 hexadecimal digits."""
    invitation: str | None = Field(default=None, foreign_key="invitation.id")
    enrolled_at: datetime = Field(sa_type=UtcTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Invitation(_Table, table=True):
    """One invitation, which lets one machine in once."""

    __tablename__ = "invitation"
    id: str = Field(primary_key=True)
    """8 hexadecimal digits, drawn at random."""
    token_sha256: str = Field(unique=True)
    name: str
    created_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcTime)
    machine: str | None = None
    """Who came in by it."""
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Round(_Table, table=True):
    """One round of the federation, by sums over its machines alone."""

    __tablename__ = "round"
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    federation: str
    started_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    outcome: str = "open"
    """open, done, failed or lost."""
    reason: str = ""
    asked: int = 0
    answered: int = 0
    groups: int = 0
    clips: float | None = None
    """Recordings of all the machines together."""
    bytes_each: int = 0
    seconds: float | None = None
    metrics: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Means over all the machines."""
    noise_multiplier: float | None = None
    clip_norm: float | None = None
    version: int | None = None
    """The model version that came out of it."""


class ModelVersion(_Table, table=True):
    """One version of the common model; its weights lie in a file beside the database."""

    __tablename__ = "model_version"
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    federation: str
    base: str
    round: int
    """The round that it came from, 0 for the first."""
    parent: int | None = Field(default=None, foreign_key="model_version.version")
    sha256: str
    """`vsr_shared.weights.digest` of the weights."""
    created_at: datetime = Field(sa_type=UtcTime)
    manifest: str
    """Canonical JSON, as it is signed."""
    signature: str
    """Ed25519 by the release key, in hexadecimal digits."""
    status: str = Field(default="candidate", index=True)
    """candidate, current, earlier or rejected."""
    figures: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    reason: str = ""
    """Why it has its status, for people."""


class AuditEntry(_Table, table=True):
    """One entry of the audit log, sealed together with the one before it."""

    __tablename__ = "audit_entry"
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcTime)
    actor: str
    action: str
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    previous: str
    """Seal of the entry before."""
    seal: str
    """HMAC-SHA256, in hexadecimal digits."""


class EventRow(_Table, table=True):
    """Something that happened, for the dashboard."""

    __tablename__ = "event"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcTime)
    name: str
    level: str = "info"
    """info, warning or error."""
    sentence: str


class Setting(_Table, table=True):
    """One thing that the operator set while the server runs: paused, schedule, address."""

    __tablename__ = "setting"
    name: str = Field(primary_key=True)
    value: Any = Field(sa_type=JSON)


METADATA = _Table.metadata
