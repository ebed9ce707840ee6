"""Whose a connection on loopback is, as the kernel knows it."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from vsr_client.app import peer
from vsr_client.app.peer import is_strangers

pytestmark = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this system does not tell")


@pytest.fixture(params=[("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)], ids=["IPv4", "IPv6"])
def server(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    address, family = request.param
    try:
        with socket.socket(family) as one:
            one.bind((address, 0))
            one.listen()
            yield one
    except OSError:
        pytest.skip(f"this machine has no {address}")


def test_ones_own_connection_is_nobody_elses(server: socket.socket) -> None:
    with socket.create_connection(server.getsockname()[:2]) as client:
        assert not is_strangers(client.getsockname()[:2], server.getsockname()[:2])


def test_a_connection_that_is_not_there_is_a_strangers(server: socket.socket) -> None:
    address, port = server.getsockname()[:2]
    assert is_strangers((address, 1), (address, port))


def test_where_the_system_does_not_tell_nobody_is_refused(
    server: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, port = server.getsockname()[:2]
    empty = tmp_path / "tcp"
    empty.write_text("  sl  local_address rem_address\n")
    for table in (tmp_path / "nothing", empty):
        monkeypatch.setattr(peer, "_TABLES", {socket.AF_INET: table, socket.AF_INET6: table})
        assert not is_strangers((address, 1), (address, port))
