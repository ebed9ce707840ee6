"""Options that several commands have, and how they open what lies behind them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vsr_server.settings import AsJson, DataDir
from vsr_shared.errors import UsageError

if TYPE_CHECKING:
    from vsr_server.database import Database
    from vsr_server.server_folder import ServerFolder

__all__ = ["DATA_DIR", "AsJson", "DataDir", "opened", "server_folder"]

DATA_DIR = Path("vsr-server-data")


def server_folder(data_dir: Path) -> "ServerFolder":
    """Return the folder `data_dir` of a server; UsageError where it is a file."""
    from vsr_server.server_folder import ServerFolder

    if data_dir.exists() and not data_dir.is_dir():
        raise UsageError(f"{data_dir} is a file; --data-dir names a folder")
    return ServerFolder(data_dir)


@contextmanager
def opened(data_dir: Path) -> "Iterator[tuple[ServerFolder, Database]]":
    """Give the folder and its database, closed afterwards."""
    from vsr_server.database import database_url, open_database

    folder = server_folder(data_dir)
    database = open_database(database_url(folder.root), folder.root)
    try:
        yield folder, database
    finally:
        database.close()
