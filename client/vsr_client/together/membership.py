"""Which federation this person takes part in and whom they trust by that, kept sealed among the preferences."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from vsr_shared.federation.enrolment import Enrolled
from vsr_shared.federation.invitation import Invitation
from vsr_shared.federation.trust import FederationTrust


@dataclass(frozen=True)
class Membership:
    """A person's part in a federation, from joining to leaving."""

    server: str
    """host:port"""
    authority: str
    """Certificate of the authority that the person chose to trust, PEM."""
    fingerprint: str
    """SHA-256 over everything that the person chose to trust, 64 hexadecimal digits."""
    release_key: str
    """Signs the common model; 64 hexadecimal digits."""
    enrolment_key: str
    """Certifies who may stand in sums; 64 hexadecimal digits."""
    organisation: str
    """Whose authority the certificate calls itself."""
    base: str
    """Base model that the invitation named; empty where it named none."""
    since: str
    """ISO 8601 with an offset."""
    token: str = field(repr=False)
    """The invitation's, by which an answer that got lost is asked for again; 32 hexadecimal digits."""
    machine: str = ""
    """The server's number of this machine; empty until it was let in."""
    certificate: str = ""
    """The enrolment key's signature over this machine's identity; empty until it has come."""
    paused: bool = False

    @property
    def trust(self) -> FederationTrust:
        """The keys that the person pinned by joining."""
        return FederationTrust(bytes.fromhex(self.release_key), bytes.fromhex(self.enrolment_key))

    def let_in(self, enrolled: Enrolled) -> "Membership":
        """Return it with what the server answered."""
        return replace(self, machine=enrolled.machine, certificate=enrolled.certificate.hex())

    def to_kept(self) -> dict[str, Any]:
        """Return what JSON can say of it."""
        return asdict(self)


def from_invitation(invitation: Invitation, now: datetime) -> Membership:
    """Return the membership of a person who accepted `invitation` at `now`, which needs a time zone."""
    return Membership(
        server=invitation.server,
        authority=invitation.authority_pem,
        fingerprint=invitation.fingerprint,
        release_key=invitation.trust.release_key.hex(),
        enrolment_key=invitation.trust.enrolment_key.hex(),
        organisation=invitation.organisation,
        base=invitation.base,
        since=now.isoformat(timespec="seconds"),
        token=invitation.token.hex(),
    )


def from_kept(kept: Mapping[str, Any] | None) -> Membership | None:
    """Return the membership that `to_kept` gave, None where there is none.

    One that another version of VSR kept is none: it names other parts, so nobody could be trusted by it.
    """
    try:
        return Membership(**kept) if kept else None
    except TypeError:
        return None
