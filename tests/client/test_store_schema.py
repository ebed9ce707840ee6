"""The database: settings, migrations, other versions, and who may read it."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from vsr_client.store.database import Database
from vsr_client.store.schema import METADATA, REVISIONS
from vsr_shared.errors import StoreError


def at_revision(folder: Path, revision: str) -> None:
    """Make the store that the VSR of that schema would have made."""
    from vsr_client.store.migrations.upgrade import upgrade

    folder.mkdir(mode=0o700)
    engine = create_engine(f"sqlite:///{folder / 'vsr.sqlite'}")
    with engine.begin() as connection:
        upgrade(connection, revision)
    engine.dispose()


def test_a_store_of_the_first_schema_is_brought_to_the_newest_with_what_it_holds(tmp_path: Path) -> None:
    at_revision(tmp_path / "data", REVISIONS[0])
    with sqlite3.connect(tmp_path / "data" / "vsr.sqlite") as raw:
        raw.execute("INSERT INTO recording (id, key, meta) VALUES ('a', x'01', x'02')")
        raw.execute("INSERT INTO heard (recording, base, sealed) VALUES ('a', 'base@1', x'03')")
    raw.close()
    Database(tmp_path / "data", os.urandom(32)).close()
    with sqlite3.connect(tmp_path / "data" / "vsr.sqlite") as raw:
        assert raw.execute("SELECT id, key, meta FROM recording").fetchall() == [("a", b"\1", b"\2")]
        assert raw.execute("SELECT * FROM heard").fetchall() == [("a", "base@1", b"\3")]
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [(REVISIONS[-1],)]
        assert raw.execute("SELECT count(*) FROM head").fetchone() == (0,)
    raw.close()


def test_the_migrations_come_to_the_tables_that_the_code_knows(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    Database(tmp_path / "data", os.urandom(32)).close()
    engine = create_engine(f"sqlite:///{tmp_path / 'data' / 'vsr.sqlite'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_every_schema_has_its_migration() -> None:
    from alembic.script import ScriptDirectory

    import vsr_client.store.migrations

    (place,) = vsr_client.store.migrations.__path__
    scripts = ScriptDirectory(place)
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == REVISIONS


def test_a_store_of_a_newer_vsr_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    Database(tmp_path / "data", os.urandom(32)).close()
    with sqlite3.connect(tmp_path / "data" / "vsr.sqlite") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '99'")
    raw.close()
    with pytest.raises(StoreError, match="newer VSR"):
        Database(tmp_path / "data", os.urandom(32))
    with sqlite3.connect(tmp_path / "data" / "vsr.sqlite") as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == ("99",)
    raw.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    at_revision(tmp_path / "data", REVISIONS[0])
    with sqlite3.connect(tmp_path / "data" / "vsr.sqlite") as raw:
        raw.execute("CREATE TABLE entry (in_the_way INTEGER)")
    raw.close()
    with pytest.raises(StoreError, match="cannot be used"):
        Database(tmp_path / "data", os.urandom(32))
    with sqlite3.connect(tmp_path / "data" / "vsr.sqlite") as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (REVISIONS[0],)
        assert raw.execute("SELECT name FROM sqlite_master WHERE name = 'head'").fetchall() == []
    raw.close()


def test_alembic_is_imported_only_where_there_is_something_to_migrate(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from vsr_client.store.database import Database
Database(Path({str(tmp_path / "data")!r}), b"k" * 32).close()
print("alembic" in sys.modules)
"""
    said = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()
        for _ in range(2)
    ]
    assert said == ["True", "False"]


def test_it_is_opened_carefully(tmp_path: Path) -> None:
    database = Database(tmp_path / "data", os.urandom(32))
    with database.reading() as session:
        connection = session.connection()
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "secure_delete", "busy_timeout")
        }
    database.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "busy_timeout": 10_000}


def test_what_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "vsr.sqlite").write_bytes(b"this is text, and long enough to be looked at" * 50)
    with pytest.raises(StoreError, match="cannot be used"):
        Database(tmp_path / "data", os.urandom(32))


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    Database(tmp_path / "data", b"a" * 32).close()
    with pytest.raises(StoreError, match="another key"):
        Database(tmp_path / "data", b"b" * 32)


def test_two_processes_make_one_store_at_once(tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from vsr_client.store.database import Database
from vsr_client.store.ledger import Ledger
database = Database(Path({str(tmp_path / "data")!r}), b"k" * 32)
Ledger(database).add({{"here": True}})
"""
    running = [subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [(process.communicate()[1], process.returncode) for process in running] == [("", 0)] * 3
    from vsr_client.store.ledger import Ledger

    database = Database(tmp_path / "data", b"k" * 32)
    assert Ledger(database).all() == [{"here": True}] * 3
    database.close()
