"""The server's database: opened by URL, migrated, shared by several processes, clear about what is wrong."""

import logging
import stat
import subprocess
import sys
import traceback
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from tests.server.postgres import PASSWORD, Postgres
from vsr_server.database import Database, database_url, open_database
from vsr_server.database.tables import METADATA, REVISIONS, EventRow, Machine, Setting
from vsr_shared.errors import FederationError, UsageError

NOW = datetime(2026, 5, 4, 12, 30, 15, 123456, UTC)


def test_a_new_database_has_the_tables_that_the_code_knows(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.session() as session:
        connection = session.connection()
        assert set(inspect(connection).get_table_names()) == {*METADATA.tables, "alembic_version"}
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_every_schema_that_the_code_names_has_its_migration() -> None:
    from alembic.script import ScriptDirectory

    from vsr_server.database.migrations.upgrade import config

    walked = ScriptDirectory.from_config(config(None)).walk_revisions()  # type: ignore[arg-type]
    assert tuple(reversed([script.revision for script in walked])) == REVISIONS


def test_what_was_committed_is_there_when_opened_again(url: str, tmp_path: Path) -> None:
    with closing(open_database(url, tmp_path)) as first, first.session() as session:
        session.add(Setting(name="schedule", value={"every": 3600, "days": ["mo", "su"]}))
    with closing(open_database(url, tmp_path)) as second, second.reading() as session:
        found = session.get(Setting, "schedule")
        assert found is not None and found.value == {"every": 3600, "days": ["mo", "su"]}


def test_a_change_that_fails_in_the_middle_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.session() as session:
        session.add(Setting(name="paused", value=True))
        session.flush()
        1 / 0  # noqa: B018
    with database.reading() as session:
        assert session.get(Setting, "paused") is None


def test_times_come_back_as_they_were_in_utc(database: Database) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    with database.session() as session:
        session.add(EventRow(at=elsewhere, name="a", sentence="A."))
    with database.reading() as session:
        (found,) = session.exec(select(EventRow.at))
        assert (found, found.utcoffset()) == (NOW, timedelta(0))
        assert session.exec(select(EventRow).where(EventRow.at == elsewhere)).one().sentence == "A."


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(FederationError, match="time zone"), database.session() as session:
        session.add(EventRow(at=NOW.replace(tzinfo=None), name="a", sentence="A."))


def test_rows_can_be_read_after_their_session(database: Database) -> None:
    with database.session() as session:
        row = EventRow(at=NOW, name="a", sentence="A.")
        session.add(row)
    assert (row.id, row.sentence) == (1, "A.")


def test_a_machine_needs_the_invitation_that_it_names(database: Database) -> None:
    machine = Machine(
        id="0" * 16,
        name="a",
        node_key="k",
        identity="1" * 64,
        certificate="2" * 128,
        invitation="gone",
        enrolled_at=NOW,
    )
    with pytest.raises(FederationError), database.session() as session:
        session.add(machine)


def test_a_second_machine_with_the_same_identity_can_be_told_apart_from_other_failures(database: Database) -> None:
    def machine(number: str) -> Machine:
        return Machine(id=number, name="", node_key="", identity="1" * 64, certificate="", enrolled_at=NOW)

    with database.session() as session:
        session.add(machine("a"))
    with database.session() as session:
        session.add(machine("b"))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_a_database_of_a_newer_server_is_refused(url: str, tmp_path: Path) -> None:
    with closing(open_database(url, tmp_path)) as database, database.session() as session:
        session.exec(text("UPDATE alembic_version SET version_num = '99'"))  # type: ignore[call-overload]
    with pytest.raises(FederationError, match=r"newer VSR \(schema 99, this one knows up to \d+\); update VSR"):
        open_database(url, tmp_path)


def test_two_processes_open_a_new_database_at_once(url: str) -> None:
    code = "import sys; from vsr_server.database import open_database; open_database(sys.argv[1]).close()"
    both = [subprocess.Popen([sys.executable, "-c", code, url]) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]


WRITER = """
import sys, pathlib
from vsr_server.database import open_database
from vsr_server.database.open import alone
from vsr_server.database.tables import Setting

database = open_database(sys.argv[1], pathlib.Path(sys.argv[2]))
for _ in range(40):
    with database.session() as session:
        alone(session, 7)
        row = session.get(Setting, "count")
        row.value += 1
        session.add(row)
"""


def test_two_processes_that_write_at_once_lose_nothing(url: str, tmp_path: Path) -> None:
    with closing(open_database(url, tmp_path)) as database:
        with database.session() as session:
            session.add(Setting(name="count", value=0))
        both = [subprocess.Popen([sys.executable, "-c", WRITER, url, str(tmp_path)]) for _ in range(2)]
        assert [process.wait(60) for process in both] == [0, 0]
        with database.reading() as session:
            found = session.get(Setting, "count")
            assert found is not None and found.value == 80


def test_a_reader_keeps_no_writer_waiting(database: Database) -> None:
    with database.reading() as reader:
        assert reader.exec(select(EventRow)).all() == []
        with database.session() as session:
            session.add(EventRow(at=NOW, name="a", sentence="A."))
    with database.reading() as reader:
        assert len(reader.exec(select(EventRow)).all()) == 1


# SQLite alone


def test_sqlites_files_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "server.db"
    with closing(open_database(f"sqlite:///{path}")) as database, database.session() as session:
        session.add(Setting(name="paused", value=True))
        session.flush()
        modes = {found.name: stat.S_IMODE(found.stat().st_mode) for found in path.parent.iterdir()}
        assert modes == {"server.db": 0o600, "server.db-wal": 0o600, "server.db-shm": 0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "server.db").write_bytes(b"not a database at all, by no means" * 99)
    with pytest.raises(FederationError, match=r"server\.db cannot be used \(file is not a database\)"):
        open_database(f"sqlite:///{tmp_path / 'server.db'}")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FederationError, match=r"file/server\.db cannot be made"):
        open_database(f"sqlite:///{tmp_path / 'file' / 'server.db'}")


def test_a_full_disk_loses_nothing_of_before(tmp_path: Path) -> None:
    with closing(open_database(f"sqlite:///{tmp_path / 'server.db'}")) as database:
        with database.session() as session:
            session.add(Setting(name="paused", value=False))
        with pytest.raises(FederationError, match=r"disk is full\); free space"), database.session() as session:
            pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
            session.connection().exec_driver_sql(f"PRAGMA max_page_count={pages}")
            session.add(Setting(name="large", value="x" * 100_000))
        with database.reading() as session:
            assert session.get(Setting, "paused") is not None and session.get(Setting, "large") is None


def test_who_waits_for_too_long_is_told_why(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'server.db'}"
    with closing(open_database(url)) as first, closing(open_database(url)) as second:
        with second.reading() as session:
            session.connection().exec_driver_sql("PRAGMA busy_timeout=50")
        with first.session() as session:
            session.merge(Setting(name="paused", value=True))
            session.flush()
            with pytest.raises(FederationError, match="another process writes for long"), second.session() as two:
                two.merge(Setting(name="paused", value=False))


# PostgreSQL alone


def test_a_server_that_is_away_is_told_without_the_password(postgres: Postgres) -> None:
    away = postgres.url("any").replace(f":{postgres.port}", ":1")
    with pytest.raises(FederationError, match=r"postgresql://127\.0\.0\.1:1/any cannot be used.*check that") as found:
        open_database(away)
    _says_no_password(found.value)


@pytest.mark.parametrize("wrong", ["letmein-9/9", PASSWORD + "x"])
def test_a_wrong_password_is_never_repeated(postgres: Postgres, wrong: str, caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(FederationError, match="password authentication failed") as found,
    ):
        open_database(postgres.url("postgres", wrong))
    _says_no_password(found.value, wrong)
    assert wrong not in caplog.text


def test_a_server_that_goes_away_and_comes_back_is_used_again(postgres: Postgres, tmp_path: Path) -> None:
    with closing(open_database(postgres.empty_database(), tmp_path)) as database:
        with database.session() as session:
            session.add(Setting(name="paused", value=True))
        postgres.stop()
        try:
            with (
                pytest.raises(FederationError, match="check that PostgreSQL runs there"),
                database.session() as session,
            ):
                session.get(Setting, "paused")
        finally:
            postgres.start()
        with database.session() as session:
            assert session.get(Setting, "paused") is not None


# Where it is


def test_the_url_comes_from_the_environment_or_a_file_or_is_sqlites(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("postgresql://a:b@c/d\n")
    assert database_url(tmp_path, {}) == f"sqlite:///{tmp_path}/server.db"
    assert database_url(tmp_path, {"VSR_DATABASE_URL_FILE": str(secret)}) == "postgresql://a:b@c/d"
    both = {"VSR_DATABASE_URL": "sqlite:////x", "VSR_DATABASE_URL_FILE": str(secret)}
    assert database_url(tmp_path, both) == "sqlite:////x"


@pytest.mark.parametrize("held", [None, " \n"])
def test_a_file_without_a_url_is_named(tmp_path: Path, held: str | None) -> None:
    if held is not None:
        (tmp_path / "secret").write_text(held)
    with pytest.raises(UsageError, match="secret, named by VSR_DATABASE_URL_FILE"):
        database_url(tmp_path, {"VSR_DATABASE_URL_FILE": str(tmp_path / "secret")})


@pytest.mark.parametrize(
    "impossible",
    ["", "hunter2", "mysql://a:hunter2@b/c", "sqlite://", "sqlite:///:memory:", "postgresql://a:hunter2@b:x/c"],
)
def test_a_url_that_is_none_is_refused_without_being_repeated(impossible: str) -> None:
    with pytest.raises(UsageError) as found:
        open_database(impossible)
    assert "hunter2" not in "".join(traceback.format_exception(found.value))


def _says_no_password(error: BaseException, password: str = PASSWORD) -> None:
    from urllib.parse import quote

    said = "".join(traceback.format_exception(error)) + repr(error)
    assert password not in said and quote(password, safe="") not in said
