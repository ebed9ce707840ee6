"""The public port of a real `vsr-server start`, and the same behind nginx: what comes through, and what does not.

One deployment for all tests, which go on from each other's end in the order in which they stand here. Two machines
join by the app's own port and one through nginx.
"""

import base64
import json
import os
import signal
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flwr.proto.control_pb2 import ListNodesRequest, RegisterNodeRequest, StartRunRequest
from flwr.proto.fleet_pb2 import ActivateNodeRequest, PullMessagesRequest
from flwr.proto.node_pb2 import Node
from flwr.proto.runtime_pb2 import AcquireTaskRequest

from tests.federation.conftest import free_port
from tests.federation.deployment import Deployment, Running
from tests.federation.nginx import Nginx, nginx_or_skip
from vsr_client.node_key import load_node_key
from vsr_server.enrolment.certificates import make_certificates
from vsr_shared.base import Base

IDLE_SECONDS = 2.0
DOORS = ("app", "nginx")


FLEET = ("Flower's node", "/v1/fleet/pull-messages")


@dataclass(frozen=True)
class Public:
    """The whole server; its doors by name."""

    deployment: Deployment
    server: Running
    admin: int
    doors: dict[str, int] = field(default_factory=dict)

    def client(self, door: str) -> httpx.Client:
        """Somebody outside, who trusts the server's authority."""
        return httpx.Client(base_url=f"https://127.0.0.1:{self.doors[door]}", verify=self._trust(), trust_env=False)

    def connection(self, door: str) -> ssl.SSLSocket:
        """A connection to write to by hand."""
        plain = socket.create_connection(("127.0.0.1", self.doors[door]), 20)
        return self._trust().wrap_socket(plain, server_hostname="127.0.0.1")

    def machine(self, name: str, base: str, door: str) -> Running:
        """Start a machine that takes part through `door`."""
        folder = self.deployment.folder
        given: list[object] = [f"127.0.0.1:{self.doors[door]}", self.deployment.ca, folder / name]
        given += [folder / f"{name}-data", base, *self.deployment.trust[1:]]
        return self.deployment._start("still_machine", given, folder / f"{name}.out")

    def wait_for_door(self, door: str, seconds: float = 60) -> None:
        """Wait until the server answers at `door`."""
        deadline = time.monotonic() + seconds
        with self.client(door) as outside:
            while True:
                try:
                    outside.get("/vsr/model").raise_for_status()
                    return
                except httpx.TransportError:
                    assert time.monotonic() < deadline, f"nothing answers at {door} within {seconds} s"
                    time.sleep(0.1)

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.deployment.ca)


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Public]:
    """`vsr-server start`, waiting for its machines."""
    folder = tmp_path_factory.mktemp("public")
    port, admin = free_port(), free_port()
    deployment = Deployment(folder, port)
    for name in ("anna", "ben", "chen"):
        deployment.register(name)
    given = ["start", "--rounds", 1, "--port", port, "--admin-port", admin, "--json", "--offline"]
    # The name by which the reverse proxy knows the app.
    given += ["--name", "127.0.0.1", "--name", "app", "--trusted-proxies", "127.0.0.1"]
    given += ["--data-dir", deployment.server_dir, "--idle-seconds", IDLE_SECONDS]
    running = deployment._start("vsr_server.cli", given, folder / "server.out")
    try:
        running.wait_for("server_up", 120)
        yield Public(deployment, running, admin, {"app": port})
    finally:
        deployment.close()


@pytest.fixture(scope="module")
def nginx(public: Public) -> Iterator[None]:
    """nginx before the app, with docker compose's configuration file."""
    nginx_or_skip()
    port = free_port()
    pair = make_certificates(public.deployment.ca.parent, datetime.now(UTC), ("127.0.0.1",), "public")
    settings: dict[str, object] = {
        "VSR_NGINX_PORT": port,
        "VSR_NGINX_ADMIN_PORT": free_port(),
        "VSR_NGINX_HEALTH_PORT": free_port(),
        "VSR_NGINX_APP": f"127.0.0.1:{public.doors['app']}",
        "VSR_NGINX_ADMIN": f"127.0.0.1:{public.admin}",
        "VSR_IDLE_SECONDS": int(IDLE_SECONDS),
        "VSR_CONNECTIONS_PER_ADDRESS": 64,
        "VSR_AUTHORITY_FILE": pair.authority,
        "VSR_CERTIFICATE_FILE": pair.certificate,
        "VSR_CERTIFICATE_KEY_FILE": pair.key,
    }
    running = Nginx(public.deployment.folder / "nginx", settings)
    public.doors["nginx"] = port
    yield
    running.stop()


@pytest.fixture(params=["app", "nginx"])
def door(request: pytest.FixtureRequest, public: Public) -> str:
    """Each of the two ways to the server."""
    name: str = request.param
    if name == "nginx":
        request.getfixturevalue("nginx")
    return name


def signed(key: ec.EllipticCurvePrivateKey, shown: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """Headers of a machine's request, signed by `key`, that show the key `shown`."""
    at = datetime.now(UTC).isoformat()
    signature = key.sign(at.encode(), ec.ECDSA(hashes.SHA256()))
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return {
        "flwr-timestamp": at,
        "flwr-public-key": base64.b64encode(shown.public_bytes(*form)).decode(),
        "flwr-signature": base64.b64encode(signature).decode(),
        "content-type": "application/protobuf",
    }


def test_flowers_other_interfaces_and_the_operators_are_not_there(public: Public, door: str) -> None:
    """The same requests reach their aim at the SuperLink and at the operator's port: they are real ones."""
    control = {
        "/v1/control/list-nodes": ListNodesRequest(),
        "/v1/control/start-run": StartRunRequest(),
        "/v1/control/register-node": RegisterNodeRequest(public_key=b"x"),
        "/v1/runtime/acquire-task": AcquireTaskRequest(),
        "/v1/fleet/register-node": RegisterNodeRequest(public_key=b"x"),
        "/v1/fleet/../control/list-nodes": ListNodesRequest(),
        "/v1/fleet/%2e%2e/control/list-nodes": ListNodesRequest(),
        "/v1/fleet/pull-messages/../../control/list-nodes": ListNodesRequest(),
        "//v1/control/list-nodes": ListNodesRequest(),
        "/V1/Control/list-nodes": ListNodesRequest(),
    }
    with public.client(door) as outside:
        for path, message in control.items():
            request = outside.build_request("POST", "/", content=message.SerializeToString())
            request.headers["content-type"] = "application/protobuf"
            request.url = request.url.copy_with(raw_path=path.encode())
            answer = outside.send(request)
            # nginx itself refuses paths that climb above their beginning.
            assert (answer.status_code, answer.content) in {(404, b""), (400, b"")}, path
        token = (public.deployment.server_dir / "admin.token").read_text().strip()
        for path in (
            "/",
            "/docs",
            "/openapi.json",
            "/metrics",
            "/healthz",
            "/readyz",
            "/enter",
            "/api/rounds",
            "/health",
        ):
            answer = outside.get(path, headers={"authorization": f"Bearer {token}"})
            assert (answer.status_code, answer.content) == (404, b""), path
            assert "nginx" not in answer.headers.get("server", "").partition("/")[2]

    trusting = ssl.create_default_context(cafile=public.deployment.ca)
    link = json.loads((public.deployment.server_dir / "running.json").read_text())["address"]
    with httpx.Client(verify=trusting, trust_env=False) as inside:
        listed = inside.post(
            f"https://{link}/v1/control/list-nodes",
            content=ListNodesRequest().SerializeToString(),
            headers={"content-type": "application/protobuf"},
        )
        assert listed.status_code == 200
        assert b"BEGIN PUBLIC KEY" in listed.content
        ready = inside.get(f"http://127.0.0.1:{public.admin}/readyz")
        assert ready.status_code == 200, ready.text


def test_what_people_need_is_there(public: Public, door: str) -> None:
    with public.client(door) as outside:
        model = outside.get("/vsr/model")
        assert model.status_code == 200
        version = json.loads(model.json()["manifest"])["version"]
        assert len(outside.get(f"/vsr/models/{version}").content) > 3_000_000
        refused = outside.post("/vsr/enrol", json={"token": "no"})
        assert refused.status_code == 422
        assert "frame-ancestors 'none'" in model.headers["content-security-policy"]
        assert outside.get("/vsr/nothing").status_code == 404


def test_a_machines_request_counts_by_its_signature(public: Public, door: str) -> None:
    """A stranger's is refused at the door; one signed by another key, or changed on its way, by the SuperLink."""
    anna = load_node_key(public.deployment.folder / "anna")
    stranger = ec.generate_private_key(ec.SECP384R1())
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    hello = ActivateNodeRequest(public_key=anna.public_key().public_bytes(*form), heartbeat_interval=60)
    with public.client(door) as outside:

        def status(headers: dict[str, str]) -> int:
            return outside.post(
                "/v1/fleet/activate-node", content=hello.SerializeToString(), headers=headers
            ).status_code

        assert status(signed(stranger, stranger.public_key())) == 401
        assert status(signed(stranger, anna.public_key())) == 401
        good = signed(anna, anna.public_key())
        assert status(good | {"flwr-timestamp": datetime.now(UTC).isoformat()}) == 401
        assert status({"content-type": "application/protobuf"}) == 401
        later = PullMessagesRequest(node=Node(node_id=7)).SerializeToString()
        assert outside.post("/v1/fleet/pull-messages", content=later, headers=good).status_code == 401


@pytest.mark.parametrize(("path", "size"), [("/v1/fleet/push-object", 7 * 1024 * 1024), ("/vsr/enrol", 70_000)])
def test_a_body_that_is_too_long_is_ended_before_it_is_read(public: Public, door: str, path: str, size: int) -> None:
    with public.connection(door) as connection:
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode())
        assert said_until_it_hung_up(connection).startswith(b"HTTP/1.1 413 ")


def test_a_slow_body_is_ended(public: Public, door: str) -> None:
    """In a way that Flower's node takes as "try again": 503 or a broken connection, but not 408."""
    anna = load_node_key(public.deployment.folder / "anna")
    headers = {"host": "x", "content-length": "1000"} | signed(anna, anna.public_key())
    lines = ["POST /v1/fleet/push-object HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    with public.connection(door) as connection:
        began = time.monotonic()
        connection.sendall("\r\n".join([*lines, "", "first"]).encode())
        said = said_until_it_hung_up(connection)
        assert said.startswith(b"HTTP/1.1 503 ") if door == "app" else said == b""
        assert IDLE_SECONDS / 2 < time.monotonic() - began < 15


def test_headers_that_never_end_are_ended(public: Public) -> None:
    with public.connection("app") as connection:
        began = time.monotonic()
        connection.sendall(b"GET /vsr/model HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert said_until_it_hung_up(connection) == b""
        assert time.monotonic() - began < 15


def test_a_handshake_that_never_ends_is_ended(public: Public) -> None:
    with socket.create_connection(("127.0.0.1", public.doors["app"]), 20) as connection:
        assert said_until_it_hung_up(connection) == b""


def said_until_it_hung_up(connection: socket.socket) -> bytes:
    """Read until the other side hangs up; TimeoutError where it does not within the connection's patience."""
    said = b""
    try:
        while piece := connection.recv(65536):
            said += piece
    except (ssl.SSLError, ConnectionResetError):
        pass
    return said


def test_a_round_works_through_the_public_port(public: Public, shipped: Base) -> None:
    """Its masked vectors are 3.1 MB each; the server app is killed while machines are connected, and comes back."""
    doors = ["app", "app", "nginx" if "nginx" in public.doors else "app"]
    first = public.machine("anna", shipped.id, doors[0])
    first.wait_for("connected")
    (app,) = [pid for pid, command in public.deployment.processes() if " app --end-with-parent " in command]
    os.kill(app, signal.SIGKILL)
    assert public.server.wait_for("app_restarted")["code"] == -signal.SIGKILL
    public.wait_for_door("app")  # whoever joins for the first time while nobody answers is told so, and ends
    others = [public.machine(name, shipped.id, at) for name, at in zip(("ben", "chen"), doors[1:], strict=True)]
    for machine in others:
        machine.wait_for("connected")
    done = public.server.wait_for("round_done", 120)
    assert done["machines"] == 3
    assert public.server.end(60) == 0
    assert all(machine.events("update_sent") for machine in [first, *others])
    assert not [command for _, command in public.deployment.processes() if "vsr_server" in command]


def test_nobodys_address_is_kept(public: Public) -> None:
    """Whatever the server wrote names no connection of anybody's but the app's own to the SuperLink."""
    written = (public.deployment.folder / "server.out").read_text()
    assert "GET /" not in written
    assert "POST /" not in written
