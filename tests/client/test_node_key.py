"""The key by which a server knows a machine."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from vsr_client.node_key import load_node_key, make_node_key
from vsr_shared.errors import StoreError, UsageError


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    public = make_node_key(tmp_path / "deep" / "node")
    private = (tmp_path / "deep" / "node").read_bytes()
    assert public.name == "node.pub"
    assert public.read_bytes().startswith(b"ecdsa-sha2-nistp384 ")
    make_node_key(tmp_path / "deep" / "node")
    assert (tmp_path / "deep" / "node").read_bytes() == private


def test_the_private_half_is_its_owners_alone(tmp_path: Path) -> None:
    make_node_key(tmp_path / "node")
    assert (tmp_path / "node").stat().st_mode & 0o077 == 0


def test_a_lost_public_half_is_made_again(tmp_path: Path) -> None:
    public = make_node_key(tmp_path / "node")
    before = public.read_bytes()
    public.unlink()
    assert make_node_key(tmp_path / "node").read_bytes() == before


def test_what_is_no_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        load_node_key(tmp_path / "missing")
    (tmp_path / "text").write_text("nonsense")
    with pytest.raises(UsageError, match="OpenSSH"):
        load_node_key(tmp_path / "text")
    other = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    (tmp_path / "ed25519").write_bytes(other)
    with pytest.raises(UsageError, match="P-384"):
        load_node_key(tmp_path / "ed25519")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot write"):
        make_node_key(tmp_path / "file" / "node")
