"""The server's database: its tables, how it is opened, its migrations."""

from vsr_server.database.open import Database, open_database
from vsr_server.database.where import database_url

__all__ = ["Database", "database_url", "open_database"]
