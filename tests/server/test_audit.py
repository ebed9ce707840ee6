"""The audit log: every entry sealed with the one before, and every way of changing it seen."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session
from typer.testing import CliRunner

from vsr_server.audit import audit
from vsr_server.audit.newest import FILE, read_newest
from vsr_server.audit.seal import key_path, seal_of
from vsr_server.audit.verify import Verdict, verify
from vsr_server.cli import app
from vsr_server.database import Database, open_database
from vsr_server.database.tables import AuditEntry, Setting
from vsr_shared.errors import FederationError, UsageError


def write(database: Database, *actions: str) -> None:
    for action in actions:
        with database.session() as session:
            audit(session, "operator", action, {"machine": "a1", "figure": 0.1, "name": "Zoë"})


def verdict(database: Database, folder: Path) -> Verdict:
    with database.reading() as session:
        return verify(session, folder)


@pytest.fixture
def four(database: Database) -> Database:
    write(database, "start", "invite", "enrol", "revoke")
    return database


def test_a_log_that_nobody_touched_is_whole(four: Database, tmp_path: Path) -> None:
    assert verdict(four, tmp_path) == Verdict(4, ())
    assert key_path(tmp_path).stat().st_mode & 0o777 == 0o600
    newest = read_newest(tmp_path)
    assert newest is not None and newest.number == 4


def test_a_log_that_has_not_begun_is_whole(database: Database, tmp_path: Path) -> None:
    assert verdict(database, tmp_path) == Verdict(0, ())


def test_an_entry_comes_with_its_change_or_not_at_all(database: Database, tmp_path: Path) -> None:
    write(database, "start")
    with pytest.raises(ZeroDivisionError), database.session() as session:
        session.add(Setting(name="paused", value=True))
        audit(session, "operator", "pause", {})
        1 / 0  # noqa: B018
    with database.session() as session:
        session.add(Setting(name="paused", value=True))
        audit(session, "operator", "pause", {})
        audit(session, "operator", "tell", {})
    assert verdict(database, tmp_path) == Verdict(3, ())


def test_an_entry_that_was_undone_is_not_missed(database: Database, tmp_path: Path) -> None:
    with database.session() as session:
        audit(session, "operator", "pause", {})
        session.rollback()
        session.add(Setting(name="paused", value=True))
    assert verdict(database, tmp_path) == Verdict(0, ())
    with database.session() as session:
        audit(session, "operator", "pause", {})
        inner = session.begin_nested()
        audit(session, "operator", "tell", {})
        inner.rollback()
    assert verdict(database, tmp_path) == Verdict(1, ())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE audit_entry SET actor = 'somebody' WHERE number = 2", "entry 2 was changed"),
        ("UPDATE audit_entry SET action = 'nothing' WHERE number = 1", "entry 1 was changed"),
        ("""UPDATE audit_entry SET details = '{"machine": "b2"}' WHERE number = 3""", "entry 3 was changed"),
        ("UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE number = 4", "entry 4 was changed"),
        ("UPDATE audit_entry SET number = 9 WHERE number = 4", "entries 4 to 8 are missing"),
        ("DELETE FROM audit_entry WHERE number = 2", "entries 2 to 2 are missing"),
        ("DELETE FROM audit_entry WHERE number = 1", "entries 1 to 1 are missing"),
        ("DELETE FROM audit_entry WHERE number = 4", "entry 4 was there once"),
        ("DELETE FROM audit_entry", "entry 4 was there once"),
        ("UPDATE audit_entry SET previous = seal WHERE number = 3", "entry 3 does not follow entry 2"),
    ],
)
def test_tampering_with_the_database_is_seen(four: Database, tmp_path: Path, change: str, said: str) -> None:
    with four.session() as session:
        session.exec(text(change))  # type: ignore[call-overload]
    assert said in "; ".join(verdict(four, tmp_path).faults)


def test_an_entry_sealed_without_the_key_is_seen(four: Database, tmp_path: Path) -> None:
    with four.session() as session:
        last = session.get(AuditEntry, 4)
        assert last is not None
        invented = AuditEntry(
            number=5, at=last.at, actor="operator", action="enrol", details={}, previous=last.seal, seal=""
        )
        invented.seal = seal_of(b"guessed" * 4 + b"1234", invented)
        session.add(invented)
    assert verdict(four, tmp_path).faults == ("entry 5 was changed after it was sealed, or sealed with another key",)


def test_an_end_that_was_cut_stays_seen_when_the_log_goes_on(four: Database, tmp_path: Path) -> None:
    with four.session() as session:
        session.exec(text("DELETE FROM audit_entry WHERE number >= 3"))  # type: ignore[call-overload]
    write(four, "start")
    assert verdict(four, tmp_path).faults == ("the end is missing: entry 4 was there once",)
    write(four, "invite", "enrol")
    assert verdict(four, tmp_path).faults == ("entry 4 is not the one that was there",)


def test_an_emptied_log_stays_seen_without_its_file(four: Database, tmp_path: Path) -> None:
    with four.session() as session:
        session.exec(text("DELETE FROM audit_entry"))  # type: ignore[call-overload]
    (tmp_path / FILE).unlink()
    write(four, "start")
    assert "whether the end is missing cannot be told" in "; ".join(verdict(four, tmp_path).faults)


@pytest.mark.parametrize("lost", [FILE, "audit.key"])
def test_a_lost_file_is_seen(four: Database, tmp_path: Path, lost: str) -> None:
    (tmp_path / lost).unlink()
    assert lost in "; ".join(verdict(four, tmp_path).faults)


def test_a_file_left_behind_by_a_killed_process_is_no_tampering(four: Database, tmp_path: Path) -> None:
    behind = (tmp_path / FILE).read_bytes()
    write(four, "start")
    (tmp_path / FILE).write_bytes(behind)
    assert verdict(four, tmp_path).whole
    write(four, "start")
    newest = read_newest(tmp_path)
    assert verdict(four, tmp_path) == Verdict(6, ()) and newest is not None and newest.number == 6


WRITER = """
import sys, pathlib
from vsr_server.audit import audit
from vsr_server.database import open_database

database = open_database(sys.argv[1], pathlib.Path(sys.argv[2]))
for number in range(25):
    with database.session() as session:
        audit(session, "coordinator", "round", {"number": number})
"""


def test_processes_that_write_at_once_make_one_chain(database: Database, url: str, tmp_path: Path) -> None:
    both = [subprocess.Popen([sys.executable, "-c", WRITER, url, str(tmp_path)]) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    newest = read_newest(tmp_path)
    assert verdict(database, tmp_path) == Verdict(50, ()) and newest is not None and newest.number == 50


@pytest.mark.parametrize("details", [{"a": float("nan")}, {"a": object()}, {"a": "\0"}])
def test_what_json_cannot_say_is_refused(database: Database, details: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="an audit entry cannot hold"), database.session() as session:
        audit(session, "operator", "start", details)


def test_a_damaged_key_is_named(four: Database, tmp_path: Path) -> None:
    key_path(tmp_path).write_bytes(b"short")
    with pytest.raises(FederationError, match=r"audit\.key is damaged"):
        write(four, "start")


def test_the_command_shows_the_log_and_ends_with_an_error_where_it_was_changed(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'server.db'}", tmp_path)
    write(database, "start", "invite")
    shown = _run("show", tmp_path)
    assert shown.output.splitlines()[0].split()[0] == "1" and "invite  machine=a1" in shown.output
    assert _run("verify", tmp_path).output == "2 entries, none changed, none missing\n"
    _in(database, lambda session: session.exec(text("DELETE FROM audit_entry WHERE number = 2")))  # type: ignore[call-overload]
    found = _run("verify", tmp_path)
    assert isinstance(found.exception, FederationError) and found.exception.exit_code == 6
    assert "entry 2 was there once" in str(found.exception)
    database.close()


def _run(command: str, folder: Path):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(app, ["audit", command, "--data-dir", str(folder)])


def _in(database: Database, change: Callable[[Session], object]) -> None:
    with database.session() as session:
        change(session)
