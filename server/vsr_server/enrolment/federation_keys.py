"""What a server is known by: its authority, the key that signs models and the key that certifies people."""

from dataclasses import dataclass, field
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vsr_server.enrolment.identities import enrolment_key, enrolment_public_key
from vsr_server.registry.release_key import release_key
from vsr_server.server_folder import ServerFolder
from vsr_shared.errors import FederationError
from vsr_shared.federation.invitation import der_of, fingerprint_of
from vsr_shared.federation.trust import FederationTrust


@dataclass(frozen=True)
class FederationKeys:
    """The keys of one federation."""

    authority: bytes
    """Certificate of the server's authority, DER."""
    release: Ed25519PrivateKey = field(repr=False)
    """Signs models and invitations."""
    enrolment_public: bytes
    """32 bytes."""
    enrolment: Ed25519PrivateKey | None = field(repr=False)
    """Certifies identities; None where the operator took it off the server."""

    @cached_property
    def trust(self) -> FederationTrust:
        """What people pin."""
        return FederationTrust(self.release.public_key().public_bytes_raw(), self.enrolment_public)

    @cached_property
    def fingerprint(self) -> str:
        """What people compare: 64 hexadecimal digits."""
        return fingerprint_of(self.authority, self.trust)


def federation_keys(folder: ServerFolder) -> FederationKeys:
    """Return the keys in `folder`, making those that there never were; FederationError without an authority yet."""
    try:
        authority = (folder.certificates / "ca.crt").read_bytes()
    except OSError as error:
        raise FederationError(f"{folder.root} has no authority yet; start the server once, then invite") from error
    enrolment = enrolment_key(folder.identities)
    return FederationKeys(
        der_of(authority), release_key(folder.root / "keys"), enrolment_public_key(folder.identities), enrolment
    )
