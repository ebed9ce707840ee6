"""Which machines may take part: the public keys that the operator registered.

The keys are kept as files of their own and told to the SuperLink whenever it starts, so that a lost database
of Flower's loses nobody, and keys can be registered before the server first runs.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from vsr_server.durable_file import write_durably
from vsr_shared.errors import FederationError, UsageError


@dataclass(frozen=True)
class EnrolledNode:
    """A registered machine."""

    fingerprint: str
    """First 16 hexadecimal digits of the SHA-256 of its key."""
    name: str
    public_key: bytes
    """In PEM, as Flower compares it."""


@dataclass(frozen=True)
class NodeStatus:
    """A registered machine as the running server sees it."""

    node: EnrolledNode
    status: str
    """registered, online or offline, or unknown where no server runs."""
    number: int | None


def enrol(folder: Path, key_file: Path, name: str = "") -> EnrolledNode:
    """Register the public key in `key_file` under `name`, or its file's name; again changes nothing.

    Raises UsageError where it is not a P-256, P-384 or P-521 public key in OpenSSH's format.
    """
    try:
        raw = key_file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {key_file} ({error.strerror})") from error
    label = " ".join((name or key_file.stem).split())
    node = _parse(raw, label, key_file)
    text = b" ".join(raw.split()[:2]) + b" " + label.encode() + b"\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_durably(folder / f"{node.fingerprint}.pub", text)
    except OSError as error:
        raise FederationError(f"cannot keep the key in {folder} ({error.strerror})") from error
    return node


def enrolled(folder: Path) -> list[EnrolledNode]:
    """Return the registered machines, by fingerprint; UsageError where a file there is no key."""
    nodes = []
    for path in sorted(folder.glob("*.pub")):
        raw = path.read_bytes()
        name = b" ".join(raw.split()[2:]).decode(errors="replace")
        nodes.append(_parse(raw, name, path))
    return nodes


def tell_superlink(nodes: list[EnrolledNode], address: str, authority: bytes) -> None:
    """Make the SuperLink at `address` know all of `nodes`; httpx.HTTPError where it does not answer."""
    from vsr_server import flower_internals as flower

    with flower.control_client(address, authority) as control:
        listed = control.ListNodes(flower.ListNodesRequest()).nodes_info
        known = {info.public_key for info in listed if info.status != "unregistered"}
        for node in nodes:
            if node.public_key not in known:
                control.RegisterNode(flower.RegisterNodeRequest(public_key=node.public_key))


def statuses(nodes: list[EnrolledNode], address: str, authority: bytes) -> list[NodeStatus]:
    """Return how the SuperLink at `address` sees `nodes`; httpx.HTTPError where it does not answer."""
    from vsr_server import flower_internals as flower

    with flower.control_client(address, authority) as control:
        listed = control.ListNodes(flower.ListNodesRequest()).nodes_info
    by_key = {info.public_key: info for info in listed if info.status != "unregistered"}
    return [
        NodeStatus(node, by_key[node.public_key].status, by_key[node.public_key].node_id)
        if node.public_key in by_key
        else NodeStatus(node, "unknown", None)
        for node in nodes
    ]


def _parse(raw: bytes, name: str, source: Path) -> EnrolledNode:
    try:
        key = serialization.load_ssh_public_key(raw)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(f"{source} is not a public key in OpenSSH's format; ask for the .pub file") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise UsageError(f"{source} is not an elliptic-curve key; vsr makes the right kind when it first joins")
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return EnrolledNode(hashlib.sha256(pem).hexdigest()[:16], name, pem)
