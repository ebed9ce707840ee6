"""The enrolment key: made once, its owner's alone, taken away and brought back."""

from pathlib import Path

import pytest

from vsr_server.enrolment.identities import enrolment_key, enrolment_public_key
from vsr_shared.errors import FederationError


def test_a_key_is_made_once_with_its_public_half(tmp_path: Path) -> None:
    made = enrolment_key(tmp_path)
    assert made is not None
    assert enrolment_public_key(tmp_path) == made.public_key().public_bytes_raw()
    again = enrolment_key(tmp_path)
    assert again is not None
    assert again.private_bytes_raw() == made.private_bytes_raw()
    assert oct((tmp_path / "enrolment_key").stat().st_mode)[-3:] == "600"


def test_taken_away_no_other_is_made_in_its_place(tmp_path: Path) -> None:
    made = enrolment_key(tmp_path)
    assert made is not None
    away = (tmp_path / "enrolment_key").rename(tmp_path / "drawer")
    assert enrolment_key(tmp_path) is None
    assert enrolment_public_key(tmp_path) == made.public_key().public_bytes_raw(), "people's invitations stay good"
    away.rename(tmp_path / "enrolment_key")
    assert enrolment_key(tmp_path) is not None


def test_another_key_in_its_place_is_noticed(tmp_path: Path) -> None:
    """Threat: a key of somebody's own certifies people that nobody would accept, or that somebody invented."""
    enrolment_key(tmp_path / "ours")
    enrolment_key(tmp_path / "theirs")
    (tmp_path / "theirs" / "enrolment_key").replace(tmp_path / "ours" / "enrolment_key")
    with pytest.raises(FederationError, match="is not the key whose public half"):
        enrolment_key(tmp_path / "ours")


def test_damaged_files_are_named(tmp_path: Path) -> None:
    enrolment_key(tmp_path)
    (tmp_path / "enrolment_key").write_text("none")
    with pytest.raises(FederationError, match="cannot be used"):
        enrolment_key(tmp_path)
    (tmp_path / "enrolment.pub").write_text("xy")
    with pytest.raises(FederationError, match=r"enrolment\.pub"):
        enrolment_public_key(tmp_path)
    (tmp_path / "enrolment.pub").write_text("0011")
    with pytest.raises(FederationError, match="no public Ed25519 key"):
        enrolment_public_key(tmp_path)
