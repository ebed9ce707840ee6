"""What the dashboard reads of rounds and events, and that nothing of it is about one person."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from vsr_server.coordination.chronicle import Chronicle
from vsr_server.coordination.operator_wishes import OperatorWishes, set_paused
from vsr_server.coordination.overview import overview
from vsr_server.coordination.plan import Plan
from vsr_server.coordination.round_events import (
    ReplyMissing,
    ReplyReceived,
    RoundDone,
    RoundFailed,
    RoundLost,
    RoundStarted,
)
from vsr_server.coordination.server_events import MachinesOnline
from vsr_server.database import Database, open_database
from vsr_server.database.tables import EventRow, Round

NODE = 8_812_345_678_901_234_567


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(f"sqlite:///{tmp_path / 'server.db'}", tmp_path)) as opened:
        yield opened


@pytest.fixture
def chronicle(database: Database) -> Chronicle:
    return Chronicle(database, "f", Plan(None, 3, clip_norm=4.0))


def row(database: Database, number: int) -> Round:
    with database.reading() as session:
        found = session.get(Round, number)
        assert found is not None
        return found


def test_a_round_from_its_start_to_its_end(database: Database, chronicle: Chronicle) -> None:
    chronicle.tell(RoundStarted(7, 4, 3_100_040))
    assert (row(database, 7).outcome, row(database, 7).asked, row(database, 7).clip_norm) == ("open", 4, 4.0)
    chronicle.tell(ReplyReceived(7, NODE, 3_099_792))
    chronicle.tell(ReplyMissing(7, NODE + 1, "no answer in time"))
    chronicle.tell(RoundDone(7, 1, None, 3, 21.0, {"nll_before": 0.5}, 12.5, 1, 2, "not worse"))
    found = row(database, 7)
    assert (found.outcome, found.reason, found.answered, found.groups) == ("done", "not worse", 3, 1)
    assert (found.clips, found.seconds, found.version, found.metrics) == (21.0, 12.5, 2, {"nll_before": 0.5})
    assert found.ended_at is not None
    assert chronicle.newest_round == 7
    assert chronicle.last_start == found.started_at


def test_no_row_is_about_one_machine(database: Database, chronicle: Chronicle) -> None:
    chronicle.tell(RoundStarted(1, 3, 100))
    chronicle.tell(ReplyReceived(1, NODE, 4_321))
    for node in range(2):
        chronicle.tell(ReplyMissing(1, NODE + node, "the training did not succeed on this machine"))
    chronicle.tell(RoundFailed(1, "1 of 3 people sent a vector, 2 are needed"))
    with database.reading() as session:
        rows = session.exec(select(EventRow)).all()
    said = " ".join(event.sentence for event in rows)
    assert "nothing usable from 2 machines: the training did not succeed" in said
    assert str(NODE)[:-1] not in said
    assert "4,321" not in said
    assert {event.name: event.level for event in rows} == {
        "round_started": "info",
        "round_failed": "warning",
        "answers_missing": "warning",
    }
    assert (row(database, 1).outcome, row(database, 1).answered) == ("failed", 1)


def test_what_a_killed_server_left_open_is_found(database: Database, chronicle: Chronicle) -> None:
    chronicle.tell(RoundStarted(1, 3, 100))
    again = Chronicle(database, "f", Plan(None, 3))
    assert list(again.open_rounds()) == [1]
    again.tell(RoundLost(1, "the server ended in the midst of it"))
    assert row(database, 1).outcome == "lost"
    assert not again.open_rounds()


def test_the_newest_events_are_kept(database: Database, chronicle: Chronicle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vsr_server.coordination.chronicle.NEWEST_EVENTS", 5)
    for online in range(20):
        chronicle.tell(MachinesOnline(online, 30))
    with database.reading() as session:
        kept = [event.sentence for event in session.exec(select(EventRow))]
    assert len(kept) == 5
    assert kept[-1].startswith("19 machines")


def test_the_operators_wishes(database: Database) -> None:
    wishes = OperatorWishes(database)
    assert not wishes.paused
    for wish, changed in ((True, True), (True, False), (False, True), (False, False)):
        with database.session() as session:
            assert set_paused(session, wish) is changed
        assert wishes.paused is wish


def test_an_overview_without_a_server(database: Database, chronicle: Chronicle) -> None:
    assert overview(database).last is None
    chronicle.tell(RoundStarted(1, 3, 100))
    chronicle.tell(RoundLost(1, "the server was stopped"))
    due = datetime(2026, 3, 1, tzinfo=UTC)
    OperatorWishes(database).show_schedule(3_600.0, due)
    seen = overview(database).to_dict()
    assert seen["rounds"] == {"done": 0, "failed": 0, "lost": 1, "open": 0}
    assert (seen["last_round"]["number"], seen["last_round"]["reason"]) == (1, "the server was stopped")
    assert (seen["paused"], seen["next_round"], seen["model"]) == (False, due.isoformat(), None)
