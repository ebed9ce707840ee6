"""SQLAlchemy's engine for an address, with the settings that each of the databases needs."""

import os
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, event
from sqlmodel import create_engine

from vsr_server.database.address import Address
from vsr_shared.errors import FederationError

_WAIT_SECONDS: Final = 10
"""How long a writer waits for another."""
_CONNECT_SECONDS: Final = 5


def make_engine(address: Address) -> Engine:
    """Return the engine; FederationError where SQLite's file cannot be made."""
    return _postgresql(address) if address.file is None else _sqlite(address, address.file)


def _postgresql(address: Address) -> Engine:
    asked: dict[str, Any] = {"connect_timeout": _CONNECT_SECONDS, "application_name": "vsr-server"}
    asked["options"] = f"-c lock_timeout={_WAIT_SECONDS}s -c timezone=UTC -c idle_in_transaction_session_timeout=120s"
    asked = {name: value for name, value in asked.items() if name not in address.url.query}
    return create_engine(address.url, connect_args=asked, pool_pre_ping=True, hide_parameters=True)


def _sqlite(address: Address, path: Path) -> Engine:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        # SQLite gives its log and its index the mode of the file itself.
        path.chmod(0o600)
    except OSError as error:
        raise FederationError(f"the database {path} cannot be made ({error.strerror}); {address.advice}") from error
    engine = create_engine(address.url, connect_args={"check_same_thread": False}, hide_parameters=True)
    event.listen(engine, "connect", _careful)
    event.listen(engine, "begin", _begin)
    return engine


def _careful(connection: Any, _: object) -> None:
    # The driver's own way of beginning transactions would leave reads outside of them.
    connection.isolation_level = None
    for pragma in (f"busy_timeout={1000 * _WAIT_SECONDS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _begin(connection: Connection) -> None:
    # A reader that becomes a writer later could find that somebody else wrote meanwhile: writers begin as such.
    how = connection.get_execution_options().get("vsr_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {how}")
