"""A server that wants its own code to run on people's machines: a stock deployment, a bundle with a marker.

A stock SuperNode beside ours runs the bundle, which shows that it would have run; on ours nothing of it does.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.federation.conftest import free_port
from tests.federation.deployment import Deployment
from tests.federation.hostile_app import BIN, HostileApp
from vsr_server.enrolment.certificates import make_certificates
from vsr_server.enrolment.machines import machines
from vsr_server.enrolment.nodes import tell_superlink


@contextmanager
def flower(arguments: list[object], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of Flower's own programs for as long as the block lasts."""
    command = [str(BIN / str(arguments[0])), *map(str, arguments[1:])]
    with log.open("wb") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_for_replies(app: HostileApp, seconds: float, processes: list[subprocess.Popen[bytes]]) -> list[list[str]]:
    deadline = time.monotonic() + seconds
    while not app.replies.exists():
        assert time.monotonic() < deadline, f"no replies within {seconds} s"
        assert all(process.poll() is None for process in processes)
        time.sleep(0.2)
    return [sorted(turn) for turn in json.loads(app.replies.read_text())]


def register_when_up(stock: Deployment) -> None:
    for _ in range(300):
        try:
            with closing(stock.database()) as database:
                tell_superlink(machines(database), stock.address, stock.ca.read_bytes())
            return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError((stock.folder / "superlink.log").read_text())


@pytest.fixture
def stock(tmp_path: Path) -> Iterator[Deployment]:
    """A deployment of which the server is stock Flower."""
    deployed = Deployment(tmp_path / "stock", free_port())
    for name in ("ours", "theirs"):
        deployed.register(name)
    try:
        yield deployed
    finally:
        deployed.close()


def test_a_bundle_that_runs_on_a_stock_node_does_not_run_on_ours(
    stock: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = HostileApp(stock.folder)
    files = make_certificates(stock.ca.parent, datetime.now(UTC))
    superlink = ["flower-superlink", "--port", stock.port, "--enable-supernode-auth"]
    superlink += ["--ssl-ca-certfile", files.authority, "--ssl-certfile", files.certificate, "--ssl-keyfile", files.key]
    supernode = ["flower-supernode", "--superlink", stock.address, "--root-certificates", files.authority]
    supernode += ["--auth-supernode-private-key", stock.folder / "theirs", "--port", free_port()]
    theirs = {**app.environment, "WHOSE_MACHINE": "theirs"}
    with flower(superlink, app.environment, stock.folder / "superlink.log") as link:
        register_when_up(stock)
        monkeypatch.setenv("WHOSE_MACHINE", "ours")
        ours = stock.machine("ours", 1)
        with flower(supernode, theirs, stock.folder / "supernode.log") as node:
            ours.wait_for("connected")
            app.submit(stock.address, files.authority)
            said = wait_for_replies(app, 120, [link, node, ours.process])
    assert app.markers() == {"theirs"}, "the bundle must run on the stock node, or this test shows nothing"
    refusal = "the message is no vsr.offer.1; the other side runs something else"
    assert said == [["ran", refusal]] * 2
    assert [event["reason"] for event in ours.events("offer_refused")] == [refusal] * 2
    assert ours.process.poll() is None, "the node stays alive"
    assert not (stock.folder / "ours-data" / "flower" / "apps").exists(), "not even unpacked"
