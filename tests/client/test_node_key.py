"""The key by which a server knows a machine."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from vsr_client.node_key import load_node_key, make_node_key
from vsr_shared.errors import StoreError, UsageError


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    made = make_node_key(tmp_path / "deep" / "node")
    private = (tmp_path / "deep" / "node").read_bytes()
    assert isinstance(made.curve, ec.SECP384R1)
    again = make_node_key(tmp_path / "deep" / "node")
    assert (tmp_path / "deep" / "node").read_bytes() == private
    assert again.public_key() == made.public_key() == load_node_key(tmp_path / "deep" / "node").public_key()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["node"], "nobody has to hand anything over"


def test_the_private_half_is_its_owners_alone(tmp_path: Path) -> None:
    make_node_key(tmp_path / "node")
    assert (tmp_path / "node").stat().st_mode & 0o077 == 0


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
