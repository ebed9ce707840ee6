"""Whatever is killed with kill -9, whenever: the federation goes on by itself, and no round is anything but a mean.

One deployment of three machines with the secure sum lives through every kill, in the order in which the tests stand
here. At the end each version of the model is recomputed from the one before it by the people's own training.
"""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from sqlmodel import col, select

from tests.federation.conftest import free_port
from tests.federation.deployment import Deployment, Running
from tests.federation.test_deployment import plain_rounds
from vsr_server.database.tables import ModelVersion, Round
from vsr_shared.weights import from_bytes

SEEDS = {"anna": 1, "ben": 2, "chen": 3}
BY_CLIPS = {13: ("anna", "ben"), 14: ("anna", "chen"), 15: ("ben", "chen"), 21: ("anna", "ben", "chen")}
"""Anna has 6 clips, Ben 7, Chen 8: the clips of a round say who was in it."""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    deployed = Deployment(tmp_path_factory.mktemp("kills"), free_port())
    for name in SEEDS:
        deployed.register(name)
    try:
        yield deployed
    finally:
        deployed.close()


@pytest.fixture(scope="module")
def machines(killed: Deployment) -> dict[str, Running]:
    return {}


def serve(killed: Deployment, cohort: int) -> Running:
    return killed.server(1_000, cohort, "--secure", "--round-timeout", 60)


def stuck(machine: Running) -> int:
    """The round that `machine`, whose trainings are held, trains in and does not come to an end of."""
    deadline = time.monotonic() + 120
    seen = 0
    while time.monotonic() < deadline:
        number = max((line["round"] for line in machine.events("offer_received")), default=0)
        sent = max((line["round"] for line in machine.events("update_sent")), default=0)
        if number > sent and number == seen:
            return int(number)
        seen = number
        time.sleep(0.5)
    raise AssertionError(f"no training is held:\n{machine.out.read_text()}")


def sent(machine: Running, number: int) -> None:
    """Wait until `machine` has done with the round `number`, whoever takes its vector."""
    machine.wait_for("update_sent", such=lambda line: line["round"] >= number)


def arrived(server: Running, number: int, machines: int) -> None:
    """Wait until the vectors of so many machines are on the server."""
    deadline = time.monotonic() + 120
    while sum(line["round"] == number for line in server.events("reply_received")) < machines:
        assert time.monotonic() < deadline, server.out.read_text()
        time.sleep(0.1)


def newest(killed: Deployment) -> int:
    with closing(killed.database()) as database, database.reading() as session:
        return max(session.exec(select(Round.number)).all(), default=0)


def done(server: Running, number: int) -> int:
    """How many machines are in the round `number` that gets done."""
    return int(server.wait_for("round_done", such=lambda line: line["round"] == number)["machines"])


def kill(killed: Deployment, *words: str) -> None:
    """Kill each process of the deployment whose command has all of `words`."""
    found = [pid for pid, command in killed.processes() if all(word in command for word in words)]
    assert found, f"no process has {words}"
    for pid in found:
        os.kill(pid, signal.SIGKILL)


def test_the_coordinator_before_any_vector_came(killed: Deployment, machines: dict[str, Running]) -> None:
    killed.hold(*SEEDS)
    server = serve(killed, 3)
    machines |= {name: killed.machine(name, seed, *killed.trust) for name, seed in SEEDS.items()}
    assert {stuck(machine) for machine in machines.values()} == {1}
    server.kill_9()
    assert not server.events("reply_received")
    killed.release(*SEEDS)
    for machine in machines.values():
        sent(machine, 1)


def test_the_coordinator_between_the_exchanges(killed: Deployment, machines: dict[str, Running]) -> None:
    killed.hold("ben")
    server = serve(killed, 3)
    assert server.wait_for("round_lost")["round"] == 1
    number = stuck(machines["ben"])
    # A machine tells of its vector before the vector is on its way: stopped then, it would never arrive.
    arrived(server, number, 2)
    # All three must answer for a sum of three, and one that stands still answers nothing more.
    machines["chen"].process.send_signal(signal.SIGSTOP)
    killed.release("ben")
    assert server.wait_for("shares_asked", such=lambda line: line["round"] == number)["machines"] == 3
    server.kill_9()
    machines["chen"].process.send_signal(signal.SIGCONT)
    assert not server.events("round_done")


def test_the_coordinator_after_the_exchanges(killed: Deployment, machines: dict[str, Running]) -> None:
    before = newest(killed)
    server = serve(killed, 3)
    assert server.wait_for("round_lost")["round"] == before
    assert server.wait_for("sum_known")["round"] > before
    killed.hold(*SEEDS)
    server.kill_9()


def test_the_superlink_in_the_midst_of_a_round(killed: Deployment, machines: dict[str, Running]) -> None:
    server = serve(killed, 2)
    number = stuck(machines["ben"])
    kill(killed, "superlink_process")
    killed.release(*SEEDS)
    assert server.wait_for("round_lost", such=lambda line: line["round"] >= number)
    assert server.wait_for("super_link_restarted")
    server.wait_for("round_done", such=lambda line: line["round"] > number)
    assert server.process.poll() is None
    machines["server"] = server


def test_a_machine_before_its_vector(killed: Deployment, machines: dict[str, Running]) -> None:
    killed.hold("ben")
    number = stuck(machines["ben"])
    machines["ben"].kill_9()
    assert done(machines["server"], number) == 2
    machines["ben"] = killed.machine("ben", SEEDS["ben"], *killed.trust)


def test_a_machine_after_its_vector(killed: Deployment, machines: dict[str, Running]) -> None:
    """Its shares of others are missing then, and its own vector counts all the same."""
    server = machines["server"]
    number = stuck(machines["ben"])
    arrived(server, number, 2)
    machines["anna"].kill_9()
    killed.release("ben")
    assert done(server, number) == 3
    server.stop()


def test_every_version_is_the_mean_of_what_its_people_learnt(killed: Deployment, machines: dict[str, Running]) -> None:
    with closing(killed.database()) as database, database.reading() as session:
        rounds = session.exec(select(Round).order_by(col(Round.number))).all()
        versions = {row.version: row for row in session.exec(select(ModelVersion))}
    assert {row.outcome for row in rounds} == {"done", "lost"}
    numbers = [row.number for row in rounds]
    unknown = set(range(1, numbers[-1] + 1)).difference(numbers)
    assert len(unknown) <= 3, "spent, and not written down yet when the server was killed, which it was three times"
    lines = [line for path in killed.folder.glob("*.out") for line in path.read_text().splitlines()]
    offered = {json.loads(line)["round"] for line in lines if line.startswith('{"') and '"offer_received"' in line}
    assert offered, "machines say what they were asked"
    assert not unknown & offered, "nobody was asked anything in a round that is not written down"
    by_round = {row.round: row for row in versions.values()}
    checked = 0
    for row in rounds:
        if row.outcome == "done":
            made = by_round[row.number]
            before, after = (weights(killed, version) for version in (made.parent, made.version))
            if before and after:
                assert row.clips is not None
                people = BY_CLIPS[round(row.clips)]
                assert row.answered == len(people)
                expected, _ = plain_rounds(before, 1, people)
                for name, array in expected.items():
                    np.testing.assert_allclose(after[name], array, atol=1e-5)
                checked += 1
    assert checked >= 3
    model = from_bytes((killed.server_dir / "model.safetensors").read_bytes())
    current = next(row.version for row in versions.values() if row.status == "current")
    assert all(np.array_equal(array, weights(killed, current)[name]) for name, array in model.items())


def weights(killed: Deployment, version: int | None) -> dict[str, np.ndarray]:
    """The weights of `version`, empty where they are not kept any more."""
    path = killed.server_dir / "models" / f"{version or 0:06d}.safetensors"
    return dict(from_bytes(path.read_bytes())) if path.exists() else {}
