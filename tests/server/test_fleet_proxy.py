"""What the public port hands on to the SuperLink, and what it refuses itself."""

import asyncio
import socket
from datetime import UTC, datetime
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.types import Message

from vsr_server.enrolment.certificates import make_certificates
from vsr_server.web.fleet_proxy import FleetProxy, end_to_end, is_fleet_request
from vsr_server.web.known_machines import KnownMachines
from vsr_server.web.limits import PublicLimits
from vsr_shared.errors import FederationError


def test_only_what_a_node_calls_is_a_fleet_request() -> None:
    def asked(path: bytes, method: str = "POST", query: bytes = b"") -> bool:
        return is_fleet_request({"method": method, "raw_path": path, "query_string": query})

    assert asked(b"/v1/fleet/pull-messages")
    assert not asked(b"/v1/fleet/pull-messages", "GET")
    assert not asked(b"/v1/fleet/pull-messages", query=b"a=1")
    for path in (
        *(b"/v1/fleet/register-node", b"/v1/fleet/unregister-node", b"/v1/fleet/", b"/v1/control/list-nodes"),
        *(b"/v1/fleet/pull-messages/", b"/v1/fleet//pull-messages", b"/v1/fleet/pull%2Dmessages"),
        *(b"/v1/fleet/pull-messages/../../control/start-run", b"/v1/fleet/pull-messages;x", b"/V1/fleet/pull-messages"),
    ):
        assert not asked(path), path


def test_hop_by_hop_headers_end_here_and_signed_ones_pass() -> None:
    given = [
        (b"flwr-signature", b"abc=="),
        (b"connection", b"keep-alive, X-Mine"),
        (b"x-mine", b"1"),
        (b"te", b"trailers"),
        (b"upgrade", b"h2c"),
        (b"x-forwarded-for", b"192.0.2.1"),
        (b"content-length", b"3"),
    ]
    assert end_to_end(given, frozenset({b"x-forwarded-for"})) == [given[0], given[-1]]


def test_a_key_that_was_let_in_a_moment_ago_is_known_and_a_revoked_one_forgotten() -> None:
    now, loads = 0.0, 0
    keys = {b"anna"}

    def load() -> frozenset[bytes]:
        nonlocal loads
        loads += 1
        return frozenset(keys)

    async def story() -> None:
        nonlocal now
        known = KnownMachines(load, lambda: now)
        assert [await known.may_be(key) for key in (b"anna", b"ben")] == [True, False]
        keys.add(b"ben")
        now += 1.5
        assert await known.may_be(b"ben")
        assert not await known.may_be(b"chen")
        assert not await known.may_be(b"chen")
        assert loads == 2, "strangers do not make the database busy"
        keys.remove(b"anna")
        now += 31
        assert not await known.may_be(b"anna")

    asyncio.run(story())


def test_without_its_database_the_superlink_decides_alone() -> None:
    def load() -> frozenset[bytes]:
        raise FederationError("the database does not answer")

    async def story() -> None:
        assert await KnownMachines(load).may_be(b"anybody")

    asyncio.run(story())


def test_strangers_cost_the_superlink_nothing_but_a_few_first_contacts(tmp_path: Path) -> None:
    """Nothing listens where the SuperLink would be: 502 says that it was asked."""
    authority = make_certificates(tmp_path, datetime.now(UTC)).authority.read_bytes()
    limits = PublicLimits(strangers_burst=2)

    async def statuses() -> list[int]:
        async def body() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def ask(path: bytes, key: bytes) -> int:
            async def send(message: Message) -> None:
                raise AssertionError(f"nobody answers, and yet there is an answer: {message}")

            scope = {"headers": [(b"flwr-public-key", key)], "raw_path": path, "client": ("192.0.2.1", 1)}
            try:
                await fleet(scope, body, send)
            except HTTPException as refused:
                return refused.status_code
            raise AssertionError("a request that cannot be handed on is refused")

        with socket.create_server(("127.0.0.1", 0)) as taken:
            nobody = f"127.0.0.1:{taken.getsockname()[1]}"
        fleet = FleetProxy(nobody, authority, limits, KnownMachines(lambda: frozenset({b"anna"})))
        asked = [(b"/v1/fleet/push-object", b"anna"), (b"/v1/fleet/push-object", b"dora"), (b"/v1/fleet/get-fab", b"")]
        found = [await ask(*one) for one in asked + [(b"/v1/fleet/activate-node", b"dora")] * 3]
        await fleet.close()
        return found

    assert asyncio.run(statuses()) == [502, 401, 401, 502, 502, 503]
