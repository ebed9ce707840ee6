"""What a machine pins when it joins a federation: who signs its models, and who certifies the people in its sums."""

from dataclasses import dataclass
from typing import Final

from vsr_shared.errors import UsageError

KEY_BYTES: Final = 32


@dataclass(frozen=True)
class FederationTrust:
    """Public Ed25519 keys of a federation, 32 bytes each; UsageError where one is not that long."""

    release_key: bytes
    """Signs the common model's manifests."""
    enrolment_key: bytes
    """Certifies identities that may stand in secure sums."""

    def __post_init__(self) -> None:
        if len(self.release_key) != KEY_BYTES or len(self.enrolment_key) != KEY_BYTES:
            raise UsageError(f"a federation's release key and enrolment key have {KEY_BYTES} bytes each")
