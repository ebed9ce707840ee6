"""Secure sums on loopback: real processes, real messages; the mean is the people's, and no vector is anybody's.

The tests share one deployment and go on from each other's end, in the order in which they stand here.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from sqlmodel import select

from tests.federation.conftest import free_port
from tests.federation.deployment import Deployment, Running
from tests.federation.least_squares import initial_weights
from tests.federation.test_deployment import plain_rounds
from vsr_server.database.tables import Machine
from vsr_server.registry import Versions
from vsr_shared.weights import from_bytes

SEEDS = {"anna": 1, "ben": 2, "chen": 3}


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    deployed = Deployment(tmp_path_factory.mktemp("secure"), free_port())
    for name in SEEDS:
        deployed.register(name)
    try:
        yield deployed
    finally:
        deployed.close()


@pytest.fixture(scope="module")
def machines(secure: Deployment) -> Iterator[dict[str, Running]]:
    """The three machines after two rounds."""
    server = secure.server(2, 3, "--secure")
    running = {name: secure.machine(name, seed, *secure.trust) for name, seed in SEEDS.items()}
    assert server.end(240) == 0, server.out.read_text()
    yield running


def test_the_mean_of_masked_updates_is_that_of_the_people(secure: Deployment, machines: dict[str, Running]) -> None:
    expected, losses = plain_rounds(initial_weights(), 2)
    found = from_bytes((secure.server_dir / "model.safetensors").read_bytes())
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, atol=1e-5)
    lines = [json.loads(line) for line in (secure.server_dir / "events.jsonl").read_text().splitlines()]
    done = [line for line in lines if line["event"] == "round_done"]
    assert [line["machines"] for line in done] == [3, 3]
    assert [line["clips"] for line in done] == pytest.approx([21, 21], rel=1e-5)
    assert [line["metrics"]["loss"] for line in done] == pytest.approx(losses, rel=1e-4)


def test_one_time_keys_are_erased_with_their_rounds(secure: Deployment, machines: dict[str, Running]) -> None:
    for name in SEEDS:
        stock = json.loads((secure.folder / f"{name}-data" / "secure" / "one_time_keys.json").read_text())
        assert {"0", "1"} & set(stock["keys"]) == set()
        assert stock["next"] - len(stock["keys"]) == 2


def test_each_machine_took_signed_models_alone_and_keeps_which(
    secure: Deployment, machines: dict[str, Running]
) -> None:
    with closing(secure.database()) as database:
        made = {(one.version, one.sha256) for one in Versions(database, secure.server_dir / "models").history()}
    for name in SEEDS:
        kept = json.loads((secure.folder / f"{name}-data" / "versions.json").read_text())
        (seen,) = kept.values()
        assert list(kept) == [secure.trust[1]] and (seen["version"], seen["sha256"]) in made and seen["version"] > 1


def test_a_machine_that_dies_while_it_trains_does_not_cost_the_round(
    secure: Deployment, machines: dict[str, Running]
) -> None:
    before = from_bytes((secure.server_dir / "model.safetensors").read_bytes())
    secure.hold("chen")
    server = secure.server(3, 2, "--secure", "--round-timeout", 120)
    machines["chen"].wait_for("offer_received", 200, lambda event: event["round"] > 2)
    machines["chen"].kill_9()
    assert server.end(240) == 0, server.out.read_text()
    done = server.wait_for("round_done")
    assert (done["machines"], done["clips"]) == (2, pytest.approx(6 + 7, rel=1e-5))
    expected, _ = plain_rounds(before, 1, ("anna", "ben"))
    found = from_bytes((secure.server_dir / "model.safetensors").read_bytes())
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, atol=1e-5)


def test_a_server_that_asks_for_bare_updates_gets_none(secure: Deployment, machines: dict[str, Running]) -> None:
    server = secure.server(4, 3)
    secure.release("chen")
    machines["chen"] = secure.machine("chen", 3, *secure.trust)
    refusal = machines["anna"].wait_for("offer_refused", 200)
    assert "vsr.terms.1" in refusal["reason"]
    assert server.end(240) == 6
    assert not server.events("reply_received")


def test_a_machine_that_is_not_enrolled_stands_in_no_sum(secure: Deployment, machines: dict[str, Running]) -> None:
    with closing(secure.database()) as database, database.session() as session:
        chen = session.exec(select(Machine).where(Machine.name == "chen")).one()
        chen.identity = secrets.token_hex(32)
        session.add(chen)
    server = secure.server(4, 3, "--secure", "--cohort-timeout", 8)
    server.wait_for("reply_missing", 200, lambda event: "its identity is not enrolled" in event["reason"])
    assert server.end(240) == 6
    assert not server.events("reply_received")
