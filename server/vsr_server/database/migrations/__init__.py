"""The schemas of the server's database, one after the other (Alembic)."""
