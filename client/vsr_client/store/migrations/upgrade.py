"""Bringing a store to a schema. Importing this imports Alembic: do so only where there is something to do."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def config(connection: Connection) -> Config:
    """Return Alembic's settings for a store that is open as `connection`, inside a transaction."""
    settings = Config(attributes={"connection": connection})
    settings.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings


def upgrade(connection: Connection, revision: str) -> None:
    """Bring the store to `revision`, within the transaction that `connection` is in."""
    command.upgrade(config(connection), revision)
