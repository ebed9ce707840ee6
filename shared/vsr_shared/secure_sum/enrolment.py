"""Who may stand in a cohort: identities that the federation's enrolment key has signed.

Each federation has an enrolment key of its own. It signs once a person and need not lie on the server. People pin
its public half when they join; whoever holds its private half can invent people, and nobody else can.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_BYTES = 32
SIGNATURE_BYTES = 64


@dataclass(frozen=True)
class Identity:
    """A person's machine: an Ed25519 key, and the enrolment key's signature over it."""

    key: bytes
    """32 bytes."""
    certificate: bytes
    """64 bytes."""


def certify(enrolment: Ed25519PrivateKey, key: bytes) -> bytes:
    """Return the enrolment key's certificate for the identity `key` (32 bytes)."""
    return enrolment.sign(_statement(key))


def is_enrolled(identity: Identity, enrolment_key: bytes) -> bool:
    """Whether `enrolment_key` (32 bytes) certified `identity`."""
    return signed(enrolment_key, identity.certificate, _statement(identity.key))


def signed(key: bytes, signature: bytes, statement: bytes) -> bool:
    """Whether `signature` is that of the Ed25519 `key` over `statement`; False for a key that is none."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def _statement(key: bytes) -> bytes:
    return b"vsr enrolment\0" + key
