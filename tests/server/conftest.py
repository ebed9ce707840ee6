"""Databases for the tests of the server: SQLite, and a PostgreSQL that really runs."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.server.postgres import HOW_TO_GET_ONE, Postgres, find_postgres, required, running_postgres
from vsr_server.database import Database, open_database


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL; where there is none the tests that need it are skipped, or fail where it is required."""
    programs = find_postgres()
    if programs is None:
        say = pytest.fail if required() else pytest.skip
        say(f"no PostgreSQL here; {HOW_TO_GET_ONE}")
    with running_postgres(programs) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database: once SQLite's, once PostgreSQL's."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'server.db'}"
    found: Postgres = request.getfixturevalue("postgres")
    return found.empty_database()


@pytest.fixture
def database(url: str, tmp_path: Path) -> Iterator[Database]:
    """An open database, whose server has `tmp_path` as its data folder."""
    with closing(open_database(url, tmp_path)) as found:
        yield found
