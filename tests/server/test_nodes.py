"""Registering machines by their public keys."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from vsr_client.node_key import make_node_key
from vsr_server.nodes import enrol, enrolled
from vsr_shared.errors import UsageError


def test_a_key_made_by_a_client_can_be_registered(tmp_path: Path) -> None:
    node = enrol(tmp_path / "nodes", make_node_key(tmp_path / "anna"))
    (found,) = enrolled(tmp_path / "nodes")
    assert found == node
    assert found.name == "anna"
    assert found.public_key.startswith(b"-----BEGIN PUBLIC KEY-----")


def test_registering_again_changes_the_name_only(tmp_path: Path) -> None:
    key = make_node_key(tmp_path / "key")
    enrol(tmp_path / "nodes", key, "Anna's   laptop\n")
    enrol(tmp_path / "nodes", key, "Anna's desk")
    assert [node.name for node in enrolled(tmp_path / "nodes")] == ["Anna's desk"]


def test_what_is_no_public_key_of_the_right_kind_is_refused(tmp_path: Path) -> None:
    private = make_node_key(tmp_path / "key").with_suffix("")
    with pytest.raises(UsageError, match=r"ask for the \.pub file"):
        enrol(tmp_path / "nodes", private)
    other = tmp_path / "ed25519.pub"
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    other.write_bytes(public.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH))
    with pytest.raises(UsageError, match="elliptic-curve"):
        enrol(tmp_path / "nodes", other)
    with pytest.raises(UsageError, match="cannot read"):
        enrol(tmp_path / "nodes", tmp_path / "missing.pub")
    assert not list((tmp_path / "nodes").glob("*"))


def test_no_folder_is_no_machines(tmp_path: Path) -> None:
    assert enrolled(tmp_path / "nodes") == []


def test_the_curve_is_the_one_flower_documents(tmp_path: Path) -> None:
    public = serialization.load_ssh_public_key(make_node_key(tmp_path / "key").read_bytes())
    assert isinstance(public, ec.EllipticCurvePublicKey)
    assert isinstance(public.curve, ec.SECP384R1)
