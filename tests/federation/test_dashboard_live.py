"""The dashboard beside a real federation: it follows the rounds, and shows nothing of a single machine."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import httpx
import pytest

from tests.federation.conftest import free_port
from tests.federation.deployment import Deployment
from tests.federation.least_squares import LeastSquares, initial_weights
from tests.server.running_dashboard import running_dashboard
from vsr_server.database import Database
from vsr_server.server_folder import ServerFolder
from vsr_shared.learning.local_training import LocalTraining

pytestmark = pytest.mark.long
SEEDS = {"anna": 1, "ben": 2, "chen": 3}
ROUNDS = 2
SECONDS = 200


@dataclass
class Beside:
    """What the dashboard needs of a deployment."""

    database: Database
    folder: ServerFolder


@dataclass
class Watched:
    """What was seen of a federation while it ran, and what the API said at its end."""

    phases: list[str]
    connected: set[int]
    ready: set[int]
    answers: dict[str, httpx.Response]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    deployed = Deployment(tmp_path_factory.mktemp("watched"), free_port())
    for name in SEEDS:
        deployed.register(name)
    folder = ServerFolder(deployed.server_dir)
    try:
        with closing(deployed.database()) as database, running_dashboard(Beside(database, folder)) as dashboard:
            server = deployed.server(ROUNDS, 3, "--secure")
            with dashboard.script() as script:
                seen = Watched([], set(), set(), {})
                for name, seed in SEEDS.items():
                    deployed.machine(name, seed, *deployed.trust)
                deadline = time.monotonic() + SECONDS
                while server.process.poll() is None and time.monotonic() < deadline:
                    look(script, seen)
                assert server.end() == 0, server.out.read_text()
                paths = ["rounds", "models", "people", "machines", "events", "audit", "audit/verdict", "privacy"]
                seen.answers = {path: script.get(f"/api/{path}") for path in paths}
                seen.answers["metrics"] = script.get("/metrics")
            yield seen
    finally:
        deployed.close()


def look(script: httpx.Client, seen: Watched) -> None:
    now = script.get("/api/now").json()
    if not seen.phases or seen.phases[-1] != now["phase"]:
        seen.phases.append(now["phase"])
    if now["connected"] is not None:
        seen.connected.add(now["connected"])
    seen.ready.add(script.get("/readyz").status_code)
    time.sleep(0.4)


def test_the_rounds_are_followed_as_they_go(watched: Watched) -> None:
    assert {"first", "second"} <= set(watched.phases)
    assert max(watched.connected) == len(SEEDS)
    assert 200 in watched.ready


def test_rounds_versions_and_the_audit_log_are_those_of_the_federation(watched: Watched) -> None:
    rounds = watched.answers["rounds"].json()["rounds"]
    assert [(one["outcome"], one["asked"], one["answered"]) for one in rounds] == [("done", 3, 3)] * ROUNDS
    assert all(0 < one["figures"]["loss"] < 10 and one["seconds"] > 0 for one in rounds)
    versions = watched.answers["models"].json()
    assert [one["version"] for one in versions] == list(range(ROUNDS + 1, 0, -1))
    assert watched.answers["audit/verdict"].json()["whole"] is True
    assert len(watched.answers["machines"].json()) == watched.answers["people"].json()["enrolled"] == len(SEEDS)


def test_no_answer_holds_what_a_machine_had_alone(watched: Watched) -> None:
    """Each machine's loss under the model of the first round is known, and how many clips all of them have."""
    people = [LeastSquares(seed) for seed in SEEDS.values()]
    alone = [one.steps(initial_weights(), LocalTraining(1)).metrics["loss"] for one in people]
    clips = sum(one.clips for one in people)
    for path, answer in watched.answers.items():
        assert answer.status_code == 200, path
        for loss in alone:
            assert f"{loss:.3f}" not in answer.text, path
        assert f"{clips} clips" not in answer.text and '"clips"' not in answer.text, path
        assert "node" not in answer.text, path
