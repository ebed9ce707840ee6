"""Where the federation goes on after a server died between any two of its writes."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vsr_server.coordination.checkpoint import Checkpoints
from vsr_server.coordination.gate import Figures, GateRule, Verdict
from vsr_server.coordination.outcome import RoundOutcome
from vsr_server.coordination.promotion import Promotion
from vsr_server.coordination.standing import Standing
from vsr_server.database import Database, open_database
from vsr_server.registry.registry import Registry
from vsr_server.registry.version import CANDIDATE
from vsr_shared.errors import FederationError
from vsr_shared.federation.chain import Mean
from vsr_shared.federation.messages import LOSS_BEFORE
from vsr_shared.learning.fed_avg import fed_avg

INITIAL = {"w": np.zeros(3, np.float32)}
KEY = Ed25519PrivateKey.generate()


class Died(BaseException):
    """The process is killed here."""


class Server:
    """Server after server on one data folder."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.registry = Registry(database, folder / "models", KEY)

    def start(self, promotion: Promotion | None = None, momentum: float = 0.0) -> Standing:
        algorithm = fed_avg(momentum=momentum)
        standing = Standing(Checkpoints(self.folder / "c"), self.registry, algorithm, promotion or Promotion())
        self.settled = standing.resume("base", INITIAL)
        return standing


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with closing(open_database(f"sqlite:///{tmp_path / 'server.db'}", tmp_path)) as database:
        yield Server(tmp_path, database)


def outcome(step: float, loss: float = 0.5) -> RoundOutcome:
    return RoundOutcome(Mean({"w": np.full(3, step, np.float32)}, 21.0, {LOSS_BEFORE: loss}), 3, 1)


def one_round(standing: Standing, step: float, loss: float = 0.5) -> None:
    standing.take_up_current()
    standing.open_round(0)
    standing.settle(outcome(step, loss))


def value(standing: Standing) -> float:
    return float(standing.state.weights["w"][0])


def test_rounds_go_on_after_a_restart(server: Server) -> None:
    standing = server.start(momentum=0.5)
    one_round(standing, 1.0)
    one_round(standing, 1.0)
    again = server.start(momentum=0.5)
    assert value(again) == value(standing) == 2.5
    one_round(again, 1.0)
    assert value(again) == 2.5 + 1.75, "momentum survives a restart"
    assert (again.progress.completed, again.version) == (3, 4)
    assert server.registry.weights(4)["w"][0] == value(again)


@pytest.mark.parametrize(
    ("owner", "method", "before", "expected"),
    [
        (Registry, "propose", True, 0.0),
        (Registry, "propose", False, 0.0),
        (Checkpoints, "close_round", True, 0.0),
        (Checkpoints, "close_round", False, 1.0),
        (Registry, "promote", True, 1.0),
        (Registry, "promote", False, 1.0),
    ],
)
def test_a_death_between_two_writes(
    server: Server, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, before: bool, expected: float
) -> None:
    standing = server.start()
    standing.open_round(0)
    real: Callable[..., object] = getattr(owner, method)

    def dies(*given: object, **named: object) -> object:
        if not before:
            real(*given, **named)
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(owner, method, dies)
        with pytest.raises(Died):
            standing.settle(outcome(1.0))
    again = server.start()
    assert value(again) == expected
    assert again.progress.completed == (1 if expected else 0)
    assert again.progress.version == again.version == server.registry.current().version
    assert not [version for version in server.registry.history() if version.status == CANDIDATE]
    promoted_now = (method, before) in {("close_round", False), ("promote", True)}
    assert (server.settled is not None) == promoted_now
    one_round(again, 1.0)
    assert value(again) == expected + 1
    assert again.progress.opened == 2, "the number of a round that died stays spent"


def test_what_the_operator_rolls_back_is_taken_up_with_no_momentum(server: Server) -> None:
    standing = server.start(momentum=0.9)
    one_round(standing, 1.0)
    one_round(standing, 1.0)
    restored = server.registry.roll_back(2, "operator", "worse to the ear")
    assert standing.take_up_current()
    assert standing.version == restored.version == 4
    assert value(standing) == 1.0
    assert not standing.take_up_current(), "once"
    standing.open_round(0)
    standing.settle(outcome(1.0))
    assert value(standing) == 2.0
    assert standing.model().manifest == server.registry.current().signed


class Doubtful(Promotion):
    """Lets no candidate through."""

    def judge_candidate(self, figures: Figures, version: int) -> Verdict:
        return Verdict(False, "not today")


def test_a_rejected_model_is_not_trained_from(server: Server) -> None:
    standing = server.start(Doubtful())
    standing.open_round(0)
    settled = standing.settle(outcome(1.0))
    assert (settled.promoted, settled.reason, settled.version) == (False, "not today", 2)
    assert (value(standing), standing.version, standing.progress.completed) == (0.0, 1, 1)
    assert (value(server.start()), server.registry.version(2).status) == (0.0, "rejected")


def test_a_version_under_which_the_machines_lose_is_rolled_back_with_what_came_of_it(server: Server) -> None:
    standing = server.start(Promotion(rule=GateRule(loss_margin=0.1, loss_spread=0.1)))
    one_round(standing, 1.0, loss=0.5)
    one_round(standing, 1.0, loss=0.4)
    one_round(standing, 1.0, loss=2.0)
    assert server.registry.version(3).status == server.registry.version(4).status == "rejected"
    assert value(standing) == 1.0, "back at version 2"
    assert standing.version == 5
    one_round(standing, 1.0, loss=0.4)
    assert value(standing) == 2.0


def test_a_registry_without_a_checkpoint_is_enough_to_go_on(server: Server) -> None:
    standing = server.start()
    one_round(standing, 1.0)
    for path in (server.folder / "c").iterdir():
        path.unlink()
    again = server.start()
    assert value(again) == 1.0
    assert again.progress.federation == standing.progress.federation
    again.open_round(1)
    assert again.progress.opened == 2, "higher than any round that the database knows"


def test_another_base_is_refused(server: Server, tmp_path: Path) -> None:
    server.start()
    with pytest.raises(FederationError, match="give that base"):
        Standing(Checkpoints(tmp_path / "c"), server.registry, fed_avg(), Promotion()).resume("other", INITIAL)
