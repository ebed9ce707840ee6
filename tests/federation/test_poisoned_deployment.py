"""A machine that lies in a real federation: no further than the bound, not for long, and everybody else goes on.

One machine of three lies in round 1 as far as the bound lets through, in round 3 beyond it, and else not.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pytest

from tests.federation.conftest import free_port
from tests.federation.deployment import Deployment, Line, Running
from tests.federation.serve_poisoned import CLIP_NORM
from vsr_server.registry.registry import Registry, Version
from vsr_server.registry.release_key import release_key
from vsr_server.server_folder import ServerFolder
from vsr_shared.weights import Weights

pytestmark = pytest.mark.long
SEEDS = {"anna": 1, "ben": 2, "chen": 3}
LIES = {"chen": "1:-3,3:40"}


@dataclass(frozen=True)
class Story:
    """What happened over four rounds, three of which came to a result."""

    events: list[Line]
    versions: dict[int, Version]
    weights: dict[int, Weights]
    kept: dict[str, list[str]]
    """Digests of the models that each machine kept, in their order."""

    def events_of(self, name: str) -> list[Line]:
        return [event for event in self.events if event["event"] == name]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    deployed = Deployment(tmp_path_factory.mktemp("poisoned"), free_port())
    try:
        for name in SEEDS:
            deployed.register(name)
        server = Running("serve_poisoned", [deployed.server_dir, deployed.port, 3, 3], deployed.folder / "server.out")
        try:
            server.wait_for("server_up")
            machines = {name: _machine(deployed, name) for name in SEEDS}
            try:
                assert server.end(240) == 0, server.out.read_text()
                kept = {name: [event["digest"] for event in one.events("kept")] for name, one in machines.items()}
            finally:
                for machine in machines.values():
                    machine.stop()
        finally:
            server.stop()
        folder = ServerFolder(deployed.server_dir)
        with closing(deployed.database()) as database:
            registry = Registry(database, folder.models, release_key(folder.keys))
            versions = {version.version: version for version in registry.history()}
            weights = {number: registry.weights(number) for number in versions}
        yield Story(server.events(), versions, weights, kept)
    finally:
        deployed.close()


def _machine(deployed: Deployment, name: str) -> Running:
    given: list[object] = [deployed.address, deployed.ca, deployed.folder / name, deployed.folder / f"{name}-data"]
    given += [SEEDS[name], *deployed.trust, "--lies", LIES.get(name, "")]
    return Running("poisoning_machine", given, deployed.folder / f"{name}.out")


def test_a_lie_moves_the_model_no_further_than_the_bound(story: Story) -> None:
    start, poisoned = story.weights[1], story.weights[2]
    moved = np.sqrt(sum(float(np.sum((poisoned[name] - start[name]) ** 2)) for name in start))
    assert 0.2 < moved <= 1.001 * CLIP_NORM


def test_a_version_under_which_everybodys_loss_rose_is_rolled_back(story: Story) -> None:
    losses = [event["metrics"]["nll_before"] for event in story.events_of("round_done")]
    assert losses[1] > losses[0] + 0.6
    rejected = story.events_of("version_rejected")
    assert len(rejected) == 1
    assert "mean loss on the machines" in rejected[0]["reason"]
    restored = [version for version in story.versions if version > 3 and _same(story, version, 1)]
    assert len(restored) == 1


def test_a_sum_beyond_the_bound_is_left_out_and_said(story: Story) -> None:
    (left_out,) = story.events_of("sum_left_out")
    assert left_out["round"] == 3
    assert f"honest machines reach {CLIP_NORM:g}" in left_out["reason"]
    assert [event["round"] for event in story.events_of("round_failed")] == [3]


def test_what_was_trained_from_the_poisoned_version_is_handed_to_nobody(story: Story) -> None:
    rejected = story.events_of("version_rejected")[0]["version"]
    assert story.versions[rejected].status == "rejected"
    for kept in story.kept.values():
        assert story.versions[rejected].sha256 not in kept


def test_the_machines_take_the_restored_version_and_learn_on_from_it(story: Story) -> None:
    newest = max(story.versions)
    assert story.versions[newest].status == "current"
    for kept in story.kept.values():
        assert kept[0] == story.versions[1].sha256
        assert kept[1] == story.versions[2].sha256
        assert kept[2] == story.versions[1].sha256
        assert kept[-1] == story.versions[newest].sha256
    losses = [event["metrics"]["nll_before"] for event in story.events_of("round_done")]
    assert losses[2] == pytest.approx(losses[0], rel=0.05)


def _same(story: Story, one: int, other: int) -> bool:
    return story.versions[one].sha256 == story.versions[other].sha256
