"""What a machine and a server say to each other once, so that the machine is let in: as JSON, with both keys proved.

Both keys sign the fingerprint of the server that was chosen, the token and each other. So a request made for one
server is worth nothing at another, and nobody brings in a key that is not theirs.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from vsr_shared.errors import FederationError
from vsr_shared.federation.invitation import TOKEN_BYTES
from vsr_shared.federation.trust import KEY_BYTES
from vsr_shared.secure_sum.enrolment import SIGNATURE_BYTES, signed

PATH: Final = "/vsr/enrol"
MAX_BYTES: Final = 4_096
"""Of a request or of an answer."""

_PEM_CHARACTERS: Final = 400
_PROOF_BYTES: Final = 112  # an ECDSA signature by a P-384 key is shorter
_ALGORITHM: Final = ec.ECDSA(hashes.SHA384())


@dataclass(frozen=True)
class EnrolmentRequest:
    """A machine asks to be let in. FederationError where a part cannot be."""

    token: bytes = field(repr=False)
    """16 bytes, from the invitation."""
    node_key: str
    """Public P-384 key in PEM, by which Flower will know the machine."""
    identity: bytes
    """Public Ed25519 key, 32 bytes, by which secure sums will."""
    node_proof: bytes
    """The node key's signature over what `statement` gives."""
    identity_proof: bytes
    """The identity's, 64 bytes."""

    def __post_init__(self) -> None:
        sizes = len(self.token), len(self.identity), len(self.identity_proof)
        if sizes != (TOKEN_BYTES, KEY_BYTES, SIGNATURE_BYTES) or not 0 < len(self.node_proof) <= _PROOF_BYTES:
            raise FederationError("a part of the request to be let in has another length than it can have")
        _node_key(self.node_key)

    def to_json(self) -> dict[str, str]:
        """Return what JSON can say of it: bytes in hexadecimal digits."""
        found = {name: value for name, value in vars(self).items() if name != "node_key"}
        return {name: value.hex() for name, value in found.items()} | {"node_key": self.node_key}


@dataclass(frozen=True)
class Enrolled:
    """A machine that is let in."""

    machine: str
    """The server's number of it: 16 hexadecimal digits."""
    certificate: bytes
    """The enrolment key's signature over the identity, 64 bytes; none while the operator has not certified it yet."""

    def __post_init__(self) -> None:
        if len(self.machine) != 16 or len(self.certificate) not in {0, SIGNATURE_BYTES}:
            raise FederationError("the server's answer to being asked to let this machine in is none")

    def to_json(self) -> dict[str, str]:
        """Return what JSON can say of it."""
        return {"machine": self.machine, "certificate": self.certificate.hex()}


def make_request(
    fingerprint: str,
    token: bytes,
    node_key: ec.EllipticCurvePrivateKey,
    identity: bytes,
    sign: Callable[[bytes], bytes],
) -> EnrolmentRequest:
    """Return a request to the server with `fingerprint` (64 hexadecimal digits); `sign` signs by the identity."""
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    public = node_key.public_key().public_bytes(*form).decode()
    said = statement(fingerprint, token, public, identity)
    return EnrolmentRequest(token, public, identity, node_key.sign(said, _ALGORITHM), sign(said))


def proves(request: EnrolmentRequest, fingerprint: str) -> bool:
    """Whether both keys of `request` signed it for the server with `fingerprint`."""
    said = statement(fingerprint, request.token, request.node_key, request.identity)
    try:
        _node_key(request.node_key).verify(request.node_proof, said, _ALGORITHM)
    except InvalidSignature:
        return False
    return signed(request.identity, request.identity_proof, said)


def statement(fingerprint: str, token: bytes, node_key: str, identity: bytes) -> bytes:
    """Return the bytes that both keys sign."""
    parts = bytes.fromhex(fingerprint), token, hashlib.sha256(node_key.encode()).digest(), identity
    return b"vsr request to enrol\0" + b"".join(parts)


def machine_number(node_key: str) -> str:
    """Return the number of the machine with the public key `node_key` (PEM): 16 digits of its SHA-256."""
    return hashlib.sha256(node_key.encode()).hexdigest()[:16]


def request_from_json(data: bytes) -> EnrolmentRequest:
    """Return the request in `data`; FederationError, which says what is wrong, where it is none."""
    names = {"token", "node_key", "identity", "node_proof", "identity_proof"}
    found = _object(data, names)
    node_key = found.pop("node_key")
    return EnrolmentRequest(node_key=node_key, **{name: _bytes(value) for name, value in found.items()})


def enrolled_from_json(data: bytes) -> Enrolled:
    """Return the answer in `data`; FederationError where it is none."""
    found = _object(data, {"machine", "certificate"})
    return Enrolled(found["machine"], _bytes(found["certificate"]))


def _object(data: bytes, names: set[str]) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise FederationError(f"this is larger than {MAX_BYTES} bytes, which nothing about letting a machine in is")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FederationError("this is not JSON") from error
    if not isinstance(found, dict) or set(found) != names or not all(isinstance(part, str) for part in found.values()):
        raise FederationError(f"this is not an object of text with {', '.join(sorted(names))} and nothing else")
    return found


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise FederationError("a part that should be hexadecimal digits is not") from error


def _node_key(pem: str) -> ec.EllipticCurvePublicKey:
    refusal = FederationError("the machine's key is not a public P-384 key in PEM")
    if len(pem) > _PEM_CHARACTERS:
        raise refusal
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise refusal from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP384R1):
        raise refusal
    # One key, one text: Flower and the database compare texts.
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    if key.public_bytes(*form).decode() != pem:
        raise refusal
    return key
