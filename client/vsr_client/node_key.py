"""The key by which a server knows this machine: NIST P-384, in OpenSSH's format, as Flower wants it."""

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from vsr_shared.errors import StoreError, UsageError


def make_node_key(key: Path) -> ec.EllipticCurvePrivateKey:
    """Make a private key at `key` unless there is one, readable by its owner alone, and return it.

    Raises StoreError where it cannot be written, UsageError where something else stands there.
    """
    try:
        if not key.exists():
            key.parent.mkdir(parents=True, exist_ok=True)
            fresh = ec.generate_private_key(ec.SECP384R1())
            private = fresh.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.OpenSSH,
                serialization.NoEncryption(),
            )
            with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(private)
    except OSError as error:
        raise StoreError(f"cannot write the key of this machine at {key} ({error.strerror})") from error
    return load_node_key(key)


def load_node_key(key: Path) -> ec.EllipticCurvePrivateKey:
    """Return the private key at `key`; UsageError where there is none or it is not of the right kind."""
    try:
        loaded = serialization.load_ssh_private_key(key.read_bytes(), password=None)
    except OSError as error:
        raise UsageError(f"cannot read the key of this machine at {key} ({error.strerror})") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError(f"{key} is not a private key in OpenSSH's format without a passphrase") from error
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise UsageError(f"{key} is not an elliptic-curve key; delete it and a P-384 key will be made")
    return loaded
