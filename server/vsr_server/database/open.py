"""Opening the server's database by URL: SQLite or PostgreSQL, with the newest schema.

SQLite      write-ahead log, one writer at a time, who waits up to ten seconds; the file is its owner's alone
PostgreSQL  by `psycopg`; a connection that broke is made anew
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlmodel import Session

from vsr_server.database.address import Address, parse
from vsr_server.database.engine import make_engine
from vsr_server.database.tables import REVISIONS
from vsr_shared.errors import FederationError, UsageError

_MIGRATION_LOCK: Final = 5_020_001
_FOLDER: Final = "vsr_folder"


class Database:
    """An open database with the newest schema. Safe for several threads and several processes."""

    def __init__(self, address: Address, engine: Engine, folder: Path | None) -> None:
        """Made by `open_database`."""
        self._address = address
        self._about = {} if folder is None else {_FOLDER: folder}
        self._engine = engine
        self._writing = engine.execution_options(vsr_begin="IMMEDIATE")

    @property
    def name(self) -> str:
        """Where it is, without any password."""
        return self._address.name

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One change, whole or not at all: committed at the end, undone where the block raises.

        Rows stay readable after it. Raises FederationError where the database cannot be used; what SQLAlchemy raises
        inside the block can be caught there.
        """
        with self._reporting(), Session(self._writing, expire_on_commit=False, info=self._about) as session:
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A look that changes nothing and keeps no writer waiting. Raises as `session` does."""
        with self._reporting(), Session(self._engine, expire_on_commit=False, info=self._about) as session:
            yield session

    def close(self) -> None:
        """Give up its connections."""
        self._engine.dispose()

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise FederationError(self._said(error)) from None

    def _said(self, error: SQLAlchemyError) -> str:
        # The cause is left off on purpose: a driver's own error may repeat the URL with its password.
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        if "lock" in reason:
            advice = "another process writes for long; try again"
        else:
            advice = self._address.advice if isinstance(error, OperationalError) else "see the server's journal"
        return f"the database {self.name} cannot be used ({self._address.without_password(reason)}); {advice}"

    def _to_newest(self) -> None:
        with self._reporting(), self._writing.begin() as connection:
            # Several processes start at once: one migrates, the others wait and find it done.
            alone(connection, _MIGRATION_LOCK)
            if self._revision(connection) != REVISIONS[-1]:
                from vsr_server.database.migrations.upgrade import upgrade

                upgrade(connection, REVISIONS[-1])

    def _revision(self, connection: Connection) -> str | None:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        if found is not None and found not in REVISIONS:
            raise FederationError(
                f"the database {self.name} was written by a newer VSR (schema {found}, this one knows up to "
                f"{REVISIONS[-1]}); update VSR, or restore a backup from before"
            )
        return None if found is None else str(found)


def open_database(url: str, folder: Path | None = None) -> Database:
    """Open the database at `url`, sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME, and bring it up to date.

    `folder` is the server's data folder, where the audit log has its key; SQLite's file lies in it if nothing else is
    said. SQLite's file is made where it is missing. Raises UsageError where `url` is none, FederationError where the
    database does not answer, cannot be used or was written by a newer VSR.
    """
    address = parse(url)
    beside = address.file.parent if address.file is not None else None
    database = Database(address, make_engine(address), folder or beside)
    try:
        database._to_newest()
    except BaseException:
        database.close()
        raise
    return database


def folder_of(session: Session) -> Path:
    """Return the data folder of the database behind `session`; UsageError where it was opened without one."""
    folder = session.info.get(_FOLDER)
    if not isinstance(folder, Path):
        raise UsageError("this database was opened without the server's data folder; open_database(url, folder)")
    return folder


def alone(connection: Session | Connection, lock: int) -> None:
    """Keep every other holder of the number `lock` waiting until this transaction ends.

    SQLite has one writer at a time anyway.
    """
    bind: Any = connection.get_bind() if isinstance(connection, Session) else connection
    if bind.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
