"""The federation's enrolment key, which certifies who may stand in secure sums.

enrolment_key        Ed25519, OpenSSH's format; may be taken off the server: who asks to be let in then waits for
                     `vsr-server nodes certify`
enrolment.pub        its public half in hexadecimal, which stays; part of every invitation
"""

from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vsr_server.durable_file import make_once
from vsr_shared.errors import FederationError
from vsr_shared.secure_sum.enrolment import KEY_BYTES

_FORM: Final = serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()


def enrolment_key(folder: Path) -> Ed25519PrivateKey | None:
    """Return the enrolment key in `folder`, made where there never was one; None where it was taken away.

    Raises FederationError where it cannot be read or written.
    """
    path, public = folder / "enrolment_key", folder / "enrolment.pub"
    try:
        if not path.exists():
            if public.exists():
                return None
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            make_once(path, Ed25519PrivateKey.generate().private_bytes(*_FORM))
        found = load_enrolment_key(path)
        make_once(public, found.public_key().public_bytes_raw().hex().encode())
    except OSError as error:
        raise FederationError(f"the enrolment key {path} cannot be used ({error.strerror or error})") from error
    if found.public_key().public_bytes_raw() != enrolment_public_key(folder):
        raise FederationError(f"{path} is not the key whose public half is {public}; put the right one there")
    return found


def enrolment_public_key(folder: Path) -> bytes:
    """Return the public half of the enrolment key of `folder`, 32 bytes; FederationError where it is damaged."""
    public = folder / "enrolment.pub"
    try:
        found = bytes.fromhex(public.read_text())
    except (OSError, ValueError) as error:
        raise FederationError(f"the public enrolment key {public} cannot be used ({error})") from error
    if len(found) != KEY_BYTES:
        raise FederationError(f"{public} holds no public Ed25519 key")
    return found


def load_enrolment_key(path: Path) -> Ed25519PrivateKey:
    """Return the key in the file `path`; FederationError where there is none."""
    try:
        found = serialization.load_ssh_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise FederationError(f"the enrolment key {path} cannot be used ({error})") from error
    if not isinstance(found, Ed25519PrivateKey):
        raise FederationError(f"{path} is no Ed25519 key")
    return found
