"""The coordinator with three people's machines, whose own code answers; only Flower's transport is left out."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from flwr.supercore.task_identity import TaskIdentity
from sqlmodel import col, select

from tests.federation.least_squares import BASE, initial_weights
from tests.federation.serve_least_squares import LOCAL
from tests.federation.test_deployment import plain_rounds
from tests.server.people_without_flower import Grid, people
from vsr_client.round_events import ModelKept, OfferRefused, UpdateSent
from vsr_server.coordination.checkpoint import Checkpoints
from vsr_server.coordination.chronicle import Chronicle
from vsr_server.coordination.coordinator import Coordinator
from vsr_server.coordination.operator_wishes import set_paused
from vsr_server.coordination.plan import Plan, SecurePlan
from vsr_server.coordination.promotion import Promotion
from vsr_server.coordination.round_events import (
    AnswerLate,
    ReplyMissing,
    RoundDone,
    RoundFailed,
    RoundLost,
    RoundStarted,
)
from vsr_server.coordination.server_events import (
    ModelHandedOut,
    NextRound,
    NoRoundYet,
    Paused,
    Unpaused,
    VersionTakenUp,
)
from vsr_server.coordination.standing import Standing
from vsr_server.database import Database, database_url, open_database
from vsr_server.database.tables import Machine, Round
from vsr_server.flower.machines import Machines
from vsr_server.registry.registry import Registry
from vsr_server.registry.release_key import release_key
from vsr_shared.errors import FederationError
from vsr_shared.federation.events import Event
from vsr_shared.federation.secure_records import TERMS, UNMASK
from vsr_shared.learning.fed_avg import fed_avg
from vsr_shared.secure_sum.quantise import Quantisation

Kind = TypeVar("Kind", bound=Event)
SECURE = SecurePlan(ranges=Quantisation(update_range=4.0, most_clips=20))
PLAN = Plan(1, 2, round_timeout=5.0, cohort_timeout=1.0, local=LOCAL, metrics=("loss",), secure=SECURE)


class Server:
    """A coordinator on one data folder, and everything it said."""

    def __init__(self, folder: Path, grid: Grid, database: Database) -> None:
        self.folder, self.grid, self.database = folder / "server", grid, database
        self.registry = Registry(database, self.folder / "models", release_key(self.folder / "keys"))
        self.told: list[Event] = []
        self.stop = threading.Event()

    def run(self, plan: Plan) -> Standing:
        standing = Standing(Checkpoints(self.folder / "c"), self.registry, fed_avg(), Promotion())
        standing.resume(BASE, initial_weights())
        chronicle = Chronicle(self.database, standing.progress.federation, plan)

        def tell(event: Event) -> None:
            chronicle.tell(event)
            self.told.append(event)

        coordinator = Coordinator(plan, standing, self.database, chronicle, tell, self.stop.is_set)
        late = lambda node, group: tell(AnswerLate(group, node))  # noqa: E731
        coordinator.run(Machines(self.grid, self.stop.is_set, late))  # type: ignore[arg-type]
        return standing

    @contextmanager
    def running(self, plan: Plan) -> Iterator[None]:
        """Run in the background while the block lasts, and end it."""
        thread = threading.Thread(target=self.run, args=(plan,))
        thread.start()
        try:
            yield
        finally:
            self.stop.set()
            thread.join(20)
            assert not thread.is_alive()

    def heard(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in list(self.told) if isinstance(event, kind)]

    def wait(self, such: Callable[[], Any], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not such():
            assert time.monotonic() < deadline, self.told
            time.sleep(0.02)

    def rounds(self) -> Sequence[Round]:
        with self.database.reading() as session:
            return session.exec(select(Round).order_by(col(Round.number))).all()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Server]:
    for name in ("_task_id", "_run_id", "_node_id"):
        monkeypatch.setattr(TaskIdentity, name, 1)
    grid = people(tmp_path, getattr(request, "param", 3))
    with closing(open_database(database_url(tmp_path / "server"), tmp_path / "server")) as database:
        yield Server(tmp_path, grid, database)


def close(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, atol=1e-5)


def test_rounds_are_the_mean_and_everybody_has_the_signed_model_after(server: Server) -> None:
    standing = server.run(replace(PLAN, rounds=2))
    expected, losses = plain_rounds(initial_weights(), 2)
    close(dict(standing.state.weights), expected)
    assert [done.metrics["loss"] for done in server.heard(RoundDone)] == pytest.approx(losses, rel=1e-4)
    assert [event.machines for event in server.heard(ModelHandedOut)] == [3]
    for machine in server.grid.machines.values():
        assert not [event for event in machine.told if isinstance(event, OfferRefused)]
        assert [event.round for event in machine.told if isinstance(event, ModelKept)] == [2]
    rows = server.rounds()
    assert [(row.outcome, row.asked, row.answered, row.groups, row.version) for row in rows] == [
        ("done", 3, 3, 1, 2),
        ("done", 3, 3, 1, 3),
    ]


@pytest.mark.parametrize("silent", [TERMS, UNMASK], ids=["before its vector", "after its vector"])
def test_one_that_falls_silent(server: Server, silent: str) -> None:
    """After its vector it is not even waited for: what the others gave uncovers the sum."""
    server.grid.machines[3].silent = lambda content: silent in content.config_records
    started = time.monotonic()
    standing = server.run(replace(PLAN, round_timeout=2.0 if silent == TERMS else 60.0))
    assert time.monotonic() - started < 20
    names = ("anna", "ben") if silent == TERMS else ("anna", "ben", "chen")
    expected, _ = plain_rounds(initial_weights(), 1, names)
    close(dict(standing.state.weights), expected)
    assert server.rounds()[0].answered == len(names)


def test_too_many_silent_ones_end_the_round_clearly_and_a_new_one_begins(server: Server) -> None:
    def twice(content: Any) -> bool:
        return TERMS in content.config_records and not server.heard(RoundFailed)

    for number in (2, 3):
        server.grid.machines[number].silent = twice
    server.run(replace(PLAN, round_timeout=1.0))
    (failed,) = server.heard(RoundFailed)
    assert "1 of 3 people sent a vector, 2 are needed" in failed.reason
    assert [(row.number, row.outcome, row.answered) for row in server.rounds()] == [(1, "failed", 1), (2, "done", 3)]


def test_an_answer_past_its_deadline_is_told_and_ignored(server: Server) -> None:
    late = server.grid.machines[3]
    late.silent = lambda content: TERMS in content.config_records and not server.heard(ReplyMissing)
    standing = server.run(replace(PLAN, rounds=2, round_timeout=1.0))
    assert [(event.group, event.node) for event in server.heard(AnswerLate)] == [("1", 3)]
    first, _ = plain_rounds(initial_weights(), 1, ("anna", "ben"))
    sent = [event.round for event in late.told if isinstance(event, UpdateSent)]
    assert sent[0] == 1, "it did train, and its vector is in no sum"
    expected, _ = plain_rounds(first, 1, ("anna", "ben", "chen") if 2 in sent else ("anna", "ben"))
    close(dict(standing.state.weights), expected)


def test_no_number_is_spent_without_seats(server: Server) -> None:
    with server.database.session() as session:
        chen = session.exec(select(Machine).where(Machine.name == "3")).one()
        chen.certificate = ""
        session.add(chen)
    with pytest.raises(FederationError, match="2 of 3 connected ones gave keys"):
        server.run(PLAN)
    assert not server.rounds()
    assert not server.heard(RoundStarted)


def test_a_round_that_finds_no_cohort_is_noted_and_tried_at_the_next_time(server: Server) -> None:
    server.grid.machines[3].connected = False
    with server.running(replace(PLAN, rounds=None, every=2.0, cohort_timeout=0.5)):
        server.wait(lambda: server.heard(NoRoundYet))
        assert "2 machines came within 0.5 s, a round needs 3" in server.heard(NoRoundYet)[0].reason
        server.grid.machines[3].connected = True
        server.wait(lambda: server.heard(RoundDone))
        assert server.heard(NextRound)
    assert server.rounds()[0].number == 1


def test_the_schedule_holds_over_a_restart(server: Server) -> None:
    scheduled = replace(PLAN, rounds=None, every=3_600.0)
    with server.running(scheduled):
        server.wait(lambda: server.heard(RoundDone) and server.heard(NextRound))
    server.stop.clear()
    with server.running(scheduled):
        server.wait(lambda: len(server.heard(NextRound)) == 2)
        time.sleep(1)
    first, second = server.heard(NextRound)
    assert abs(np.datetime64(first.at[:19]) - np.datetime64(second.at[:19])) <= np.timedelta64(1, "s")
    assert len(server.rounds()) == 1


def test_pausing_holds_rounds_back_until_the_operator_goes_on(server: Server) -> None:
    with server.database.session() as session:
        assert set_paused(session, True)
    with server.running(PLAN):
        server.wait(lambda: server.heard(Paused))
        time.sleep(0.7)
        assert not server.rounds()
        with server.database.session() as session:
            assert set_paused(session, False)
        server.wait(lambda: server.heard(RoundDone))
        assert server.heard(Unpaused)


def test_a_roll_back_between_two_rounds_is_taken_up_and_handed_out(server: Server) -> None:
    with server.running(replace(PLAN, rounds=None, every=3_600.0)):
        server.wait(lambda: server.heard(ModelHandedOut))
        server.registry.roll_back(1, "operator", "worse to the ear")
        server.wait(lambda: len(server.heard(ModelHandedOut)) == 2)
        assert [event.version for event in server.heard(VersionTakenUp)] == [3]
    assert not [event for event in server.grid.machines[1].told if isinstance(event, OfferRefused)]
    server.stop.set()
    server.stop.clear()
    standing = server.run(replace(PLAN, rounds=2))
    expected, _ = plain_rounds(initial_weights(), 1)
    close(dict(standing.state.weights), expected)


def test_stopping_in_the_midst_of_a_round_loses_that_round_alone(server: Server) -> None:
    server.grid.machines[2].silent = lambda content: TERMS in content.config_records
    with server.running(replace(PLAN, round_timeout=60.0)):
        server.wait(lambda: server.heard(RoundStarted))
    assert [event.reason for event in server.heard(RoundLost)] == ["the server was stopped"]
    assert [(row.number, row.outcome) for row in server.rounds()] == [(1, "lost")]


@pytest.mark.parametrize("server", [5], indirect=True)
def test_at_most_so_many_are_asked(server: Server) -> None:
    server.run(replace(PLAN, rounds=2, largest_cohort=4))
    assert [event.machines for event in server.heard(RoundStarted)] == [4, 4]
    assert [event.machines for event in server.heard(ModelHandedOut)] == [5], "everybody is given the model"
