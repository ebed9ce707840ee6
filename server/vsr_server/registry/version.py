"""A version of the common model as the registry gives it out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from vsr_server.database.tables import ModelVersion
from vsr_shared.errors import FederationError
from vsr_shared.federation.manifest import SignedManifest

Status = Literal["candidate", "current", "earlier", "rejected"]

CANDIDATE: Final = "candidate"
CURRENT: Final = "current"
EARLIER: Final = "earlier"
REJECTED: Final = "rejected"
PROMOTED: Final = (CURRENT, EARLIER)
"""What the public may fetch."""


class UnknownVersion(FederationError):
    """There is no such version."""


@dataclass(frozen=True)
class Version:
    """One version of the common model."""

    version: int
    federation: str
    base: str
    round: int
    """The round that its weights came out of, 0 where they are the base's own."""
    parent: int | None
    """The version that was current when it was made."""
    sha256: str
    """`vsr_shared.weights.digest` of its weights."""
    created_at: datetime
    status: str
    """candidate, current, earlier or rejected."""
    figures: Mapping[str, float]
    reason: str
    """Why it has its status, for people."""
    signed: SignedManifest
    """What travels beside its weights."""


def version_of(row: ModelVersion) -> Version:
    """Return what `row` says."""
    return Version(
        version=row.version,
        federation=row.federation,
        base=row.base,
        round=row.round,
        parent=row.parent,
        sha256=row.sha256,
        created_at=row.created_at,
        status=row.status,
        figures=dict(row.figures),
        reason=row.reason,
        signed=SignedManifest(row.manifest.encode(), bytes.fromhex(row.signature)),
    )
