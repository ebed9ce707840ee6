"""A server's folder that can invite, and machines that ask to be let in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vsr_server.database import Database
from vsr_server.enrolment.certificates import make_certificates
from vsr_server.enrolment.federation_keys import FederationKeys, federation_keys
from vsr_server.enrolment.invitations import MadeInvitation, make_invitation
from vsr_server.server_folder import ServerFolder
from vsr_shared.federation.enrolment import EnrolmentRequest, make_request

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def server_keys(root: Path, now: datetime = NOW) -> FederationKeys:
    """The keys of a server in `root`, made as at its first start."""
    folder = ServerFolder(root)
    make_certificates(folder.certificates, now)
    return federation_keys(folder)


def invited(
    database: Database,
    keys: FederationKeys,
    name: str = "anna",
    days: float = 7,
    now: datetime = NOW,
    address: str = "127.0.0.1:9443",
) -> MadeInvitation:
    """A fresh invitation."""
    expires = now + timedelta(days=days)
    return make_invitation(database, keys, address=address, base="b", name=name, expires=expires, actor="test", now=now)


@dataclass
class Asking:
    """A person's machine with keys of its own."""

    node_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP384R1()))
    identity: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def by(self, made: MadeInvitation, fingerprint: str = "") -> EnrolmentRequest:
        """What it says to come in by `made`."""
        found = made.invitation
        public = self.identity.public_key().public_bytes_raw()
        return make_request(fingerprint or found.fingerprint, found.token, self.node_key, public, self.identity.sign)
