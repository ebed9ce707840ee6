"""The federation's release key: it signs every version of the common model, and the invitations that pin it.

release_key     Ed25519, OpenSSH's format, its owner's alone
"""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vsr_server.durable_file import make_once
from vsr_shared.errors import FederationError


def release_key(folder: Path) -> Ed25519PrivateKey:
    """Return the release key in `folder` (DATA/keys), made where there is none; FederationError where it cannot be."""
    path = folder / "release_key"
    fresh = Ed25519PrivateKey.generate()
    form = serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    try:
        found = serialization.load_ssh_private_key(make_once(path, fresh.private_bytes(*form)), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise FederationError(f"the release key {path} cannot be used ({error}); restore it from a backup") from error
    if not isinstance(found, Ed25519PrivateKey):
        raise FederationError(f"{path} is no Ed25519 key; restore the release key from a backup")
    return found


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """Return the 32 bytes that people pin."""
    return key.public_key().public_bytes_raw()
