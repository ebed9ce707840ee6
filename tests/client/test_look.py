"""A look at an invitation and its server, before anything is trusted."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.server.enrolling import server_keys
from tests.server.enrolment_server import serving
from vsr_client.together.look import look
from vsr_server.enrolment.certificates import make_certificates
from vsr_shared.federation.invitation import Invitation

NOW = datetime.now(UTC)


def invitation(root: Path, server: str, base: str = "b", made: datetime = NOW) -> Invitation:
    keys = server_keys(root, made)
    return Invitation(server, keys.authority, keys.trust, bytes(16), int((NOW + timedelta(days=1)).timestamp()), base)


def test_the_server_of_the_invitation_is_known_again(tmp_path: Path) -> None:
    server_keys(tmp_path, NOW)
    with serving([], tmp_path / "certificates") as address:
        seen = look(invitation(tmp_path, address), "b")
        assert (seen.answers, seen.says, seen.base_fits) == ("yes", "", True)
        assert look(invitation(tmp_path, address, "other"), "b").base_fits is False
        assert look(invitation(tmp_path, address, ""), "b").base_fits is None


def test_nobody_there_is_no_reason_not_to_join(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        address = f"127.0.0.1:{unused.getsockname()[1]}"
    seen = look(invitation(tmp_path, address), "b")
    assert (seen.answers, "goes on trying" in seen.says) == ("no", True)


@pytest.mark.parametrize(("age", "words"), [(400, "look at the clock"), (0, "is not the server of this invitation")])
def test_a_stranger_and_a_wrong_clock_are_told_apart(tmp_path: Path, age: int, words: str) -> None:
    """Seen from a clock that is a year fast, the right server's certificate has expired."""
    made = NOW - timedelta(days=age)
    root = tmp_path if age else tmp_path / "stranger"
    files = make_certificates(root / "certificates", made)
    with serving([], files.certificate.parent) as address:
        seen = look(invitation(tmp_path, address, made=made), "b")
    assert (seen.answers, words in seen.says, "do not join" in seen.says) == ("stranger", True, True), seen.says
