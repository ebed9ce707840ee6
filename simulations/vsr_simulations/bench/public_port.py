"""What a connected machine and a piece of an update cost the server app and the SuperLink, in processor time.

python -m vsr_simulations.bench.public_port [MACHINES]      prints JSON; takes about a minute

A whole `vsr-server start` on loopback; the machines are Flower's own client calls, signed, in this process.
"""

import json
import os
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from vsr_server.flower.superlink import free_port
from vsr_server.server_folder import ServerFolder

POLLS: Final = 20
PIECES: Final = 20
PIECE_BYTES: Final = 3_100_000
TICKS: Final = os.sysconf("SC_CLK_TCK")
Node = tuple[ec.EllipticCurvePrivateKey, bytes]


def main() -> None:
    """Measure and print."""
    machines = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), machines), indent=2))


def measure(folder: Path, machines: int) -> dict[str, object]:
    """Return milliseconds of processor time of each process, by what was asked of it, and their memory in MB."""
    nodes = _admitted(folder, machines)
    port, admin = free_port(), free_port()
    command = [sys.executable, "-m", "vsr_server.cli", "start", "--data-dir", str(folder), "--offline", "--json"]
    command += ["--min-clients", str(machines + 1), "--port", str(port), "--admin-port", str(admin)]
    command += ["--connections-per-address", "1000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            next(line for line in server.stdout or () if '"server_up"' in line)
            children = _children(server.pid)
            figures = _asked(f"127.0.0.1:{port}", folder / "certificates" / "ca.crt", nodes, children)
            memory = {name: _memory(pid) for name, pid in children.items()}
            return {"machines": machines, "ms": figures, "memory_mb": memory}
        finally:
            server.terminate()


def _admitted(folder: Path, machines: int) -> list[Node]:
    """Let new machines in, as an enrolment does, before the server starts."""
    from vsr_server.database import database_url, open_database
    from vsr_server.enrolment.certificates import make_certificates
    from vsr_server.enrolment.enrol import admit
    from vsr_server.enrolment.federation_keys import federation_keys

    make_certificates(folder / "certificates", datetime.now(UTC))
    keys = federation_keys(ServerFolder(folder))
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    nodes = []
    with closing(open_database(database_url(folder), folder)) as database, database.session() as session:
        for _ in range(machines):
            key = ec.generate_private_key(ec.SECP384R1())
            pem = key.public_key().public_bytes(*form)
            admit(session, keys, pem.decode(), os.urandom(32), "", datetime.now(UTC))
            nodes.append((key, pem))
    return nodes


def _asked(server: str, ca: Path, nodes: list[Node], children: dict[str, int]) -> dict[str, dict[str, float]]:
    from flwr.proto.fleet_pb2 import ActivateNodeRequest, PullMessagesRequest
    from flwr.proto.node_pb2 import Node as FlowerNode
    from flwr.supernode.fleet_http_client import FleetHttpClient
    from flwr.supernode.node_auth_http_interceptor import NodeAuthHttpInterceptor

    clients = [
        FleetHttpClient.from_server_address(
            server, False, str(ca), interceptors=[NodeAuthHttpInterceptor(key, key.public_key())]
        )
        for key, _ in nodes
    ]
    numbers: list[int] = []

    def activate() -> None:
        for client, (_, pem) in zip(clients, nodes, strict=True):
            said = ActivateNodeRequest(public_key=pem, heartbeat_interval=60)
            numbers.append(client.ActivateNode(said).node_id)

    def poll() -> None:
        def one(place: int) -> None:
            for _ in range(POLLS):
                clients[place].PullMessages(PullMessagesRequest(node=FlowerNode(node_id=numbers[place])))

        with ThreadPoolExecutor(4) as several:
            list(several.map(one, range(len(clients))))

    with httpx.Client(verify=ssl.create_default_context(cafile=ca), trust_env=False, timeout=60) as plain:

        def upload() -> None:
            for _ in range(PIECES):
                # Read whole and refused for its signature: what a piece costs before it is stored.
                plain.post(f"https://{server}/v1/fleet/push-object", content=bytes(PIECE_BYTES))

        def download() -> None:
            for _ in range(PIECES):
                plain.get(f"https://{server}/vsr/models/1").raise_for_status()

        megabytes = PIECES * PIECE_BYTES / 1e6
        return {
            "first contact": _cost(activate, len(nodes), children),
            "look for a message": _cost(poll, len(nodes) * POLLS, children),
            "megabyte up": _cost(upload, megabytes, children),
            "megabyte of a model down": _cost(download, megabytes, children),
        }


def _cost(work: Callable[[], None], units: float, children: dict[str, int]) -> dict[str, float]:
    before = {name: _processor_seconds(pid) for name, pid in children.items()}
    began = time.monotonic()
    work()
    wall = time.monotonic() - began
    spent = {name: (_processor_seconds(pid) - before[name]) * 1e3 / units for name, pid in children.items()}
    return {name: round(ms, 3) for name, ms in {**spent, "elapsed": wall * 1e3 / units}.items()}


def _children(parent: int) -> dict[str, int]:
    found = {"coordinator": parent}
    for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        found["superlink" if b"superlink_process" in command else "app"] = int(pid)
    return found


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    main()
