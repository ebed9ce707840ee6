"""The SQLite file of the store: one connection, careful settings, the newest schema, and a key that fits.

WAL with synchronous=FULL: what was committed survives a killed process and a power cut (sqlite.org/wal.html).
secure_delete overwrites what is deleted. Several processes may have the file open; each notices the others' changes.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Final

from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, create_engine

from vsr_client.store.files import private_folder
from vsr_client.store.proof import PROOF, fits, proof_of, proves
from vsr_client.store.schema import REVISIONS, ValueRow, purpose
from vsr_client.store.sealing import seal, unseal
from vsr_shared.errors import LockedStore, StoreError

FILE: Final = "vsr.sqlite"
_KEY_CHANGED: Final = "another VSR changed the key of your data meanwhile; start this one again"


class Database:
    """The database in one data folder, open under its data key. Safe for several threads: one at a time."""

    def __init__(self, folder: Path, key: bytes) -> None:
        """Open the file in `folder` under `key`, making and migrating it where needed.

        StoreError where it cannot be read or written, was written by a newer VSR, or has another key.
        """
        self.folder = folder
        self._path = folder / FILE
        self._lock = RLock()
        private_folder(folder)
        with self._reporting():
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            self._path.chmod(0o600)
            self._engine = _engine(self._path)
            try:
                with self._engine.connect() as connection:
                    _to_newest(connection, self._path)
                self.key, self._proof = key, self._proven(key)
            except BaseException:
                self._engine.dispose()
                raise

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent look at the rows."""
        with self._lock, self._reporting(), Session(self._engine) as session:
            self._check(session)
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One change, whole or not at all, while nobody else changes anything; committed at the end."""
        with self._lock, self._reporting(), Session(self._engine) as session:
            session.connection(execution_options={"vsr_begin": "IMMEDIATE"})
            self._check(session)
            yield session
            session.commit()

    def others(self) -> int:
        """Return a number that changes when another process changed something."""
        with self._lock, self._reporting(), self._engine.connect() as connection:
            return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())

    def leave_no_trace(self) -> None:
        """Empty the write-ahead log, so that what was deleted is not there either; later where others are reading."""
        self._alone("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def sparing_room(self) -> Iterator[None]:
        """While this lasts, deleting overwrites rows but not what lies on pages of its own, for that takes room.

        A key is in a row; what it sealed says nothing without it (sqlite.org/pragma.html, secure_delete).
        """
        with self._lock:
            self._alone("PRAGMA secure_delete = FAST")
            try:
                yield
            finally:
                self._alone("PRAGMA secure_delete = ON")

    def snapshot(self, path: Path) -> bytes:
        """Write a consistent copy of the database to `path`, which must not exist, and return its data key."""
        with self._lock:
            with self._reporting():
                # An empty file is taken as it is, with its mode.
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            self._alone("VACUUM INTO ?", str(path))
            if not fits(path, self.key):
                raise LockedStore(_KEY_CHANGED)
            return self.key

    def seal_in(self, table: type[Any], column: str, row: str | int, data: bytes) -> bytes:
        """Return `data` sealed under the data key for one place."""
        return seal(self.key, purpose(table, column, row), data)

    def open_from(self, table: type[Any], column: str, row: str | int, sealed: bytes) -> bytes:
        """Return what `seal_in` sealed; StoreError where it is damaged or from another place."""
        return unseal(self.key, purpose(table, column, row), sealed)

    def value(self, session: Session, name: str) -> Any:
        """Return the value kept as `name`, None where there is none."""
        row = session.get(ValueRow, name)
        return None if row is None else json.loads(self.open_from(ValueRow, "sealed", name, row.sealed))

    def put_value(self, session: Session, name: str, value: Any) -> None:
        """Keep `value`, anything JSON can say, as `name`."""
        session.merge(ValueRow(id=name, sealed=self.seal_in(ValueRow, "sealed", name, json.dumps(value).encode())))

    def change_key(self, key: bytes, seal_anew: Callable[[Session], bytes]) -> None:
        """Go on with a new data `key`; `seal_anew` seals every row under it and returns its proof, in one change."""
        with self._lock:
            with self.writing() as session:
                proof = seal_anew(session)
            self.key, self._proof = key, proof

    def _alone(self, statement: str, *values: str) -> None:
        """Run what may not run in a transaction."""
        with self._lock, self._reporting(), self._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute(statement, values).fetchall()

    def _proven(self, key: bytes) -> bytes:
        """Return the proof that `key` is this database's; it is made where there is none yet."""
        with Session(self._engine) as session:
            session.connection(execution_options={"vsr_begin": "IMMEDIATE"})
            row = session.get(ValueRow, PROOF)
            proof = proof_of(key) if row is None else row.sealed
            if row is None:
                session.add(ValueRow(id=PROOF, sealed=proof))
            session.commit()
        if not proves(key, proof):
            raise StoreError(f"{self._path} was sealed under another key than key.json's; restore both from a backup")
        return proof

    def _check(self, session: Session) -> None:
        row = session.get(ValueRow, PROOF)
        if row is None or row.sealed != self._proof:
            raise LockedStore(_KEY_CHANGED)

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            reason = getattr(error, "orig", None) or error
            raise StoreError(
                f"{self._path} cannot be used ({reason}); free space, allow writing, or choose another folder with "
                "--data-dir"
            ) from error


def disk_is_full(error: StoreError) -> bool:
    """Say whether a change failed because there was no room for it."""
    cause = error.__cause__  # SQLite's own error, or SQLAlchemy's around it
    return getattr(getattr(cause, "orig", cause), "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=StaticPool, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _careful)
    event.listen(engine, "begin", _begin)
    return engine


def _careful(connection: Any, _: object) -> None:
    # The driver's own way of beginning transactions would leave reads outside of them.
    connection.isolation_level = None
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("PRAGMA temp_store=MEMORY").fetchall()


def _begin(connection: Connection) -> None:
    how = connection.get_execution_options().get("vsr_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {how}")


def _to_newest(connection: Connection, path: Path) -> None:
    if _revision(connection, path) == REVISIONS[-1]:
        return
    connection.rollback()
    writer = connection.execution_options(vsr_begin="IMMEDIATE")
    with writer.begin():
        # Another process may have done it while this one waited.
        if _revision(writer, path) != REVISIONS[-1]:
            from vsr_client.store.migrations.upgrade import upgrade

            upgrade(writer, REVISIONS[-1])


def _revision(connection: Connection, path: Path) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if found is not None and found not in REVISIONS:
        raise StoreError(
            f"{path} was written by a newer VSR (schema {found}, this one knows up to {REVISIONS[-1]}); update VSR"
        )
    return None if found is None else str(found)
