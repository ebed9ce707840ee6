"""One-time keys, signed ahead, so that a round can begin with everybody's keys on the table.

After X3DH (Marlinspike and Perrin, The X3DH key agreement protocol, section 2.4): a machine publishes a stock of
X25519 keys, each signed by its identity under a number. A round takes one of each member; its private half is
erased with the round, so that nothing taken from the machine later opens an earlier round.
"""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from vsr_shared.secure_sum.enrolment import signed


@dataclass(frozen=True)
class Prekey:
    """The public half of a one-time key."""

    number: int
    """Counted up by its owner, 0 to 2**64 - 1; never given twice."""
    key: bytes
    """32 bytes."""
    signature: bytes
    """64 bytes: its owner's identity over federation, number and key."""


def sign_prekey(identity: Ed25519PrivateKey, federation: str, number: int, key: X25519PrivateKey) -> Prekey:
    """Return the public half of `key`, signed."""
    public = key.public_key().public_bytes_raw()
    return Prekey(number, public, identity.sign(_statement(federation, number, public)))


def is_signed(prekey: Prekey, federation: str, identity_key: bytes) -> bool:
    """Whether the identity `identity_key` (32 bytes) signed `prekey` for `federation`."""
    if not 0 <= prekey.number < 2**64:
        return False
    return signed(identity_key, prekey.signature, _statement(federation, prekey.number, prekey.key))


def _statement(federation: str, number: int, key: bytes) -> bytes:
    return b"vsr one-time key\0" + federation.encode() + b"\0" + number.to_bytes(8, "big") + key
