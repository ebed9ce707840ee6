"""A database's URL, and what of it may be said: everything but the password."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from vsr_shared.errors import UsageError

_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_FORMS = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME"


@dataclass(frozen=True, repr=False)
class Address:
    """Where a database is."""

    url: URL

    @property
    def file(self) -> Path | None:
        """SQLite's file; None for PostgreSQL."""
        return Path(self.url.database or "") if self.url.get_backend_name() == "sqlite" else None

    @property
    def name(self) -> str:
        """What to call it in front of people."""
        if self.file is not None:
            return str(self.file)
        port = f":{self.url.port}" if self.url.port else ""
        return f"postgresql://{self.url.host or ''}{port}/{self.url.database or ''}"

    @property
    def advice(self) -> str:
        """What to do where it cannot be used."""
        if self.file is not None:
            return "free space, or allow writing there"
        return "check that PostgreSQL runs there and that the user, the password and the database's name are right"

    def without_password(self, said: str) -> str:
        """Return `said` with every form of the password taken out."""
        in_query = self.url.query.get("password", "")
        secrets = [str(self.url.password or ""), in_query if isinstance(in_query, str) else ""]
        for secret in filter(None, secrets):
            for form in (secret, quote(secret, safe=""), quote_plus(secret)):
                said = said.replace(form, "***")
        return said


def parse(url: str) -> Address:
    """Return the address in `url`; UsageError, which does not repeat it, where it is none."""
    try:
        found = make_url(url)
    except (ArgumentError, ValueError):
        raise UsageError(f"the database's URL cannot be read; its form is {_FORMS}") from None
    driver = _DRIVERS.get(found.drivername.partition("+")[0])
    if driver is None:
        raise UsageError(f"no database of the kind {found.drivername!r} is supported; give {_FORMS}")
    if driver == "sqlite" and found.database in (None, "", ":memory:"):
        raise UsageError("a database in memory would lose the federation; name a file, sqlite:///FILE")
    return Address(found.set(drivername=driver))
