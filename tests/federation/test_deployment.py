"""A real server and real machines on loopback: TLS, registered keys, rounds, and whatever may die in between.

The tests share one deployment and go on from each other's end, in the order in which they stand here.
"""

import json
import os
import signal
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import numpy as np
import pytest

from tests.federation.deployment import Deployment, Running
from tests.federation.hostile_app import HostileApp
from tests.federation.least_squares import LeastSquares, initial_weights
from tests.federation.serve_least_squares import LOCAL
from vsr_server.enrolment.certificates import make_certificates
from vsr_shared.weights import from_bytes

SEEDS = {"anna": 1, "ben": 2, "chen": 3}


def plain_rounds(
    weights: dict[str, np.ndarray], rounds: int, names: Sequence[str] = tuple(SEEDS)
) -> tuple[dict[str, np.ndarray], list[float]]:
    """Federated averaging as on paper, in double precision, without any of the code under test but the training."""
    losses = []
    people = [LeastSquares(SEEDS[name]) for name in names]
    for _ in range(rounds):
        updates = [person.steps(weights, LOCAL) for person in people]
        clips = sum(update.clips for update in updates)
        losses.append(sum(update.clips * update.metrics["loss"] for update in updates) / clips)
        for name, array in weights.items():
            mean = sum(update.clips * update.delta[name].astype(np.float64) for update in updates) / clips
            weights = weights | {name: (array + mean).astype(np.float32)}
    return weights, losses


@pytest.fixture(scope="module")
def machines(deployment: Deployment) -> Iterator[dict[str, Running]]:
    """The three machines, which live through everything that happens to the server."""
    first = deployment.server(2, 3)
    running = {name: deployment.machine(name, seed) for name, seed in SEEDS.items()}
    assert first.end(120) == 0, first.out.read_text()
    yield running


@pytest.fixture(scope="module")
def strangers_app(deployment: Deployment) -> HostileApp:
    """A bundle that leaves a marker where it runs."""
    return HostileApp(deployment.folder / "hostile")


@pytest.fixture(scope="module")
def waiting_server(deployment: Deployment, machines: dict[str, Running]) -> Iterator[Running]:
    """A server that waits for a fourth machine, and so begins no round."""
    server = deployment.server(1_000, 4)
    yield server
    server.stop()


def test_three_machines_train_one_model_equal_to_the_plain_computation(
    deployment: Deployment, machines: dict[str, Running]
) -> None:
    expected, losses = plain_rounds(initial_weights(), 2)
    found = from_bytes((deployment.server_dir / "model.safetensors").read_bytes())
    for name in expected:
        np.testing.assert_allclose(found[name], expected[name], atol=1e-6)
    lines = [json.loads(line) for line in (deployment.server_dir / "events.jsonl").read_text().splitlines()]
    done = [line for line in lines if line["event"] == "round_done"]
    assert [line["completed"] for line in done] == [1, 2]
    assert all(machine.wait_for("model_kept")["round"] == 2 for machine in machines.values())
    assert all(line["machines"] == 3 and line["clips"] == 6 + 7 + 8 for line in done)
    np.testing.assert_allclose([line["metrics"]["loss"] for line in done], losses, rtol=1e-5)


def test_each_machine_has_on_record_all_that_left_it(deployment: Deployment, machines: dict[str, Running]) -> None:
    numbers = 6 * 2 + 2 + 1 + 1
    for name in SEEDS:
        text = (deployment.folder / f"{name}-data" / "events.jsonl").read_text()
        sent = [json.loads(line) for line in text.splitlines() if '"update_sent"' in line]
        assert [line["round"] for line in sent] == [1, 2]
        assert all(line["arrays"] == {"update/vector": [numbers]} for line in sent)
        assert all(line["bytes"] == 4 * numbers + 128 and line["at"].startswith("20") for line in sent)
    kept = b"".join(path.read_bytes() for path in deployment.server_dir.rglob("*") if path.is_file())
    assert b"secret_of_this_person" not in kept, "a figure that no offer asked for must not travel"


@pytest.mark.long  # test_kills.py ends a server of secure rounds at every point
def test_a_server_killed_in_a_round_goes_on_with_the_next_and_the_machines_come_back(
    deployment: Deployment, machines: dict[str, Running]
) -> None:
    server = deployment.server(1_000, 3)
    server.wait_for("round_done", such=lambda line: line["completed"] == 3)
    started = server.wait_for("round_started", such=lambda line: line["round"] >= 4)["round"]
    server.kill_9()
    completed = max(line["completed"] for line in server.events("checkpoint_written"))
    again = deployment.server(completed + 1, 3)
    assert again.wait_for("resumed")["completed"] == completed
    assert again.end(180) == 0, again.out.read_text()
    (done,) = again.events("round_done")
    assert done["completed"] == completed + 1
    assert done["round"] == max(line["round"] for line in server.events("round_started")) + 1 > started
    expected, _ = plain_rounds(initial_weights(), completed + 1)
    found = from_bytes((deployment.server_dir / "model.safetensors").read_bytes())
    np.testing.assert_allclose(found["weight"], expected["weight"], atol=1e-5)
    assert all(machine.process.poll() is None for machine in machines.values())


def test_a_machine_killed_in_a_round_is_done_without_and_comes_back(
    deployment: Deployment, machines: dict[str, Running], strangers_app: HostileApp
) -> None:
    before = max(line["round"] for line in machines["chen"].events("offer_received"))
    deployment.hold("chen")
    server = deployment.server(1_000, 2, "--round-timeout", 45)
    strangers_app.submit(deployment.address, deployment.ca)
    offered = machines["chen"].wait_for("offer_received", such=lambda line: line["round"] > before)["round"]
    machines["chen"].kill_9()
    killed = time.monotonic()
    done = server.wait_for("round_done", such=lambda line: line["round"] == offered)
    assert done["machines"] == 2
    assert time.monotonic() - killed < 30, "a machine that died must not cost the round's whole timeout"
    deployment.release("chen")
    machines["chen"] = deployment.machine("chen", SEEDS["chen"])
    machines["chen"].wait_for("update_sent")
    assert server.wait_for("round_done", such=lambda line: line["machines"] == 3)["round"] > done["round"]
    server.stop()


def test_strangers_are_told_why_they_cannot_join(deployment: Deployment, waiting_server: Running) -> None:
    stranger = deployment.machine("dora", 4)
    assert stranger.end() == 6
    said = stranger.out.read_text()
    assert "UnknownNode" in said
    assert "ask the operator for an invitation" in said

    wrong = deployment.folder / "wrong-ca.crt"
    wrong.write_bytes(make_certificates(deployment.folder / "other", datetime.now(UTC)).authority.read_bytes())
    distrustful = deployment.machine("dora", 4, ca=wrong)
    assert distrustful.end() == 6
    assert "UntrustedServer" in distrustful.out.read_text()

    twice = deployment.machine("anna", 1)
    assert twice.end() == 6
    assert "another vsr already takes part" in twice.out.read_text()


def test_a_machine_that_lost_its_power_is_let_in_again_within_the_heartbeat(
    deployment: Deployment, machines: dict[str, Running], waiting_server: Running
) -> None:
    before = machines["ben"]
    node = before.wait_for("connected")["node"]
    waiting_server.wait_for("machines_online", such=lambda line: line["online"] == 3)
    for pid, command in deployment.processes():
        if "ben-data" in command:
            os.kill(pid, signal.SIGKILL)
    before.end()
    started = time.monotonic()
    machines["ben"] = deployment.machine("ben", SEEDS["ben"])
    assert machines["ben"].wait_for("connected")["node"] == node
    assert time.monotonic() - started < 40, "Flower alone refuses it for a minute"
    assert machines["ben"].events("rejoining")


def test_a_run_that_a_stranger_submitted_was_never_executed(
    deployment: Deployment, machines: dict[str, Running], strangers_app: HostileApp, waiting_server: Running
) -> None:
    """It was submitted while rounds ran, and met again by the next start of the server."""
    database = b"".join(path.read_bytes() for path in (deployment.server_dir / "flower").glob("superlink.db*"))
    assert b"stranger/hostile" in database
    assert not strangers_app.markers()
    assert not strangers_app.replies.exists()
    assert not any(machine.events("offer_refused") for machine in machines.values())


def test_nobody_at_the_servers_address(deployment: Deployment, waiting_server: Running) -> None:
    waiting_server.stop()
    early = deployment.machine("dora", 4)
    assert early.end() == 6
    assert "ServerUnreachable" in early.out.read_text()
