"""How much a stranger may take of the public port: the parts that need no server, and those that need a small one."""

import asyncio
import ipaddress
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import Message

from vsr_server.web.limits import PublicLimits
from vsr_server.web.patient_connections import patient_protocol
from vsr_server.web.rate_limit import ADDRESSES, RateLimit
from vsr_server.web.request_body import announced_length, within_time
from vsr_server.web.trusted_proxies import TrustedProxies
from vsr_server.web.whole_server import OpenPorts
from vsr_shared.errors import UsageError

EVERYWHERE = str(ipaddress.IPv4Address(0))
LIMITS = PublicLimits(idle_seconds=0.3, body_seconds=0.8, header_seconds=0.5, connections_per_address=3)


def test_an_address_has_a_burst_and_then_a_rate() -> None:
    now = 0.0
    limit = RateLimit(per_minute=6, burst=3, clock=lambda: now)
    assert [limit.allows("192.0.2.1") for _ in range(4)] == [True, True, True, False]
    assert limit.allows("192.0.2.2"), "each address has its own"
    now = 10.0
    assert [limit.allows("192.0.2.1") for _ in range(2)] == [True, False]


def test_a_whole_ipv6_network_counts_as_one_and_mapped_addresses_as_ipv4() -> None:
    limit = RateLimit(per_minute=1, burst=1, clock=lambda: 0.0)
    assert limit.allows("2001:db8:1:2::1")
    assert not limit.allows("2001:db8:1:2:ffff::9")
    assert limit.allows("2001:db8:1:3::1")
    assert limit.allows("192.0.2.1")
    assert not limit.allows("::ffff:192.0.2.1")


def test_the_rate_limit_remembers_a_bounded_number_of_addresses() -> None:
    limit = RateLimit(per_minute=1, burst=1, clock=lambda: 0.0)
    for number in range(ADDRESSES + 500):
        limit.allows(f"198.51.{number >> 8 & 255}.{number & 255}-{number >> 16}")
    assert len(limit._buckets) == ADDRESSES


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([(b"content-length", b"11")], 413),
        ([(b"transfer-encoding", b"chunked")], 411),
        ([(b"transfer-encoding", b"chunked"), (b"content-length", b"5")], 411),
    ],
)
def test_a_body_has_to_be_announced_and_short_enough(headers: list[tuple[bytes, bytes]], status: int) -> None:
    with pytest.raises(HTTPException) as refused:
        announced_length({"headers": headers}, 10)
    assert refused.value.status_code == status
    assert announced_length({"headers": [(b"content-length", b"10")]}, 10) == 10
    assert announced_length({"headers": []}, 10) == 0


@pytest.mark.parametrize("pause", [0.25, 5.0])
def test_a_body_may_neither_stand_still_nor_drip_for_ever(pause: float) -> None:
    async def dripping() -> Message:
        await asyncio.sleep(pause)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def read() -> None:
        receive = within_time(dripping, LIMITS)
        while True:
            await receive()

    began = time.monotonic()
    with pytest.raises(HTTPException) as refused:
        asyncio.run(read())
    assert refused.value.status_code == 408
    assert time.monotonic() - began < 4


def test_proxies_are_named_by_address_or_network() -> None:
    trusted = TrustedProxies("172.30.93.3, 10.0.0.0/8")
    assert "172.30.93.3" in trusted
    assert "10.9.8.7" in trusted
    assert "172.30.93.4" not in trusted
    assert "nobody" not in trusted
    assert "127.0.0.1" not in TrustedProxies()
    with pytest.raises(UsageError, match="like 172"):
        TrustedProxies("everybody")


def test_a_server_for_everybody_has_a_name() -> None:
    with pytest.raises(UsageError, match="--name"):
        OpenPorts(EVERYWHERE, 9443, (), 9444, 9093)
    named = OpenPorts(EVERYWHERE, 9443, ("vsr.example.org",), 9444, 9093)
    assert named.address == "vsr.example.org:9443"
    assert "vsr.example.org" in named.certified
    assert EVERYWHERE not in named.certified
    assert OpenPorts("::1", 9443, (), 9444, 9093).address == "[::1]:9443"


@pytest.fixture
def port() -> Iterator[int]:
    """A small server with the public port's connections."""
    config = uvicorn.Config(
        PlainTextResponse("hello"),
        http=patient_protocol(LIMITS),
        log_config=None,
        log_level="error",
        ws="none",
        timeout_keep_alive=1,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join(20)


def test_connections_that_say_nothing_are_ended(port: int) -> None:
    for beginning in (b"", b"GET / HTTP/1.1\r\nHost: x\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HT"):
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            began = time.monotonic()
            connection.sendall(beginning)
            try:
                while connection.recv(4096):
                    pass
            except ConnectionResetError:
                pass
            assert time.monotonic() - began < 4, beginning


def test_one_address_has_so_many_connections_and_gets_them_back(port: int) -> None:
    held = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(3)]
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
    for connection in held:
        connection.close()
    deadline = time.monotonic() + 5
    while True:
        try:
            assert httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).text == "hello"
            return
        except httpx.TransportError:
            assert time.monotonic() < deadline, "closed connections must not count for ever"
            time.sleep(0.1)


def test_a_child_ends_with_its_parent_however_that_one_went() -> None:
    code = (
        "import signal, time; from vsr_server.end_with_parent import end_with_parent; "
        "end_with_parent(signal.SIGTERM, 5); print('up', flush=True); time.sleep(60)"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as child:  # type: ignore[call-overload]
        assert child.stdout.readline() == b"up\n"
        child.stdin.close()
        assert child.wait(20) == -signal.SIGTERM


def test_settings_are_declared_once_and_documented() -> None:
    root = Path(__file__).parents[2]
    declared = (root / "server" / "vsr_server" / "settings.py").read_text()
    documented = (root / "docs" / "settings.md").read_text()
    names = set(re.findall(r'"(VSR_[A-Z_]+|--[a-z-]+)"', declared))
    assert names >= {"VSR_PUBLIC_HOST", "--trusted-proxies", "VSR_RUNTIME_SECRET_FILE"}
    assert {name for name in names if f"`{name}`" not in documented} == set()
