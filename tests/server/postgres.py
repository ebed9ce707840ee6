"""A real PostgreSQL for the tests: a cluster of its own in a new folder, on 127.0.0.1, gone afterwards.

It refuses to run as root, so that there it runs as the user `postgres`, whom the system's package makes.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

USER = "vsr"
PASSWORD = "p@ss/w:rd 1?"
"""With all that a URL has to escape."""
HOW_TO_GET_ONE = "install one (Debian and Ubuntu: `apt-get install postgresql`)"


def find_postgres() -> Path | None:
    """Return the folder of PostgreSQL's newest programs, None where there are none."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if found:
        return max(found, key=lambda path: int(path.parent.name))
    on_path = shutil.which("postgres")
    return Path(on_path).resolve().parent if on_path else None


def required() -> bool:
    """Say whether a missing PostgreSQL is a failure."""
    return os.environ.get("VSR_POSTGRES_TESTS") == "required"


class Postgres:
    """A running cluster."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        if self._as:
            shutil.chown(folder, "postgres", "postgres")
        self._init()
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "max_connections": 60,
            "shared_buffers": "16MB",
            "max_wal_size": "64MB",
        }
        given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        # It ends with its tests, however those end.
        dying = ["--pdeathsig=QUIT"] if self._as else []
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._as, *dying, self._programs / "postgres", "-D", self._folder / "data", *given],
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {(self._folder / 'log').read_text()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it at once, cutting every connection; started again it recovers."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(60)
            self._process = None

    def url(self, name: str, password: str = PASSWORD) -> str:
        """Where the database `name` is."""
        return f"postgresql://{USER}:{quote(password, safe='')}@127.0.0.1:{self.port}/{name}"

    def empty_database(self) -> str:
        """Empty the database that the tests share, one after the other, and return its URL.

        To make a new one for each would write megabytes.
        """
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
            connection.execute("DROP SCHEMA IF EXISTS public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return self.url("postgres")

    def _init(self) -> None:
        said = self._folder / "password"
        said.write_text(PASSWORD)
        said.chmod(0o644)
        subprocess.run(
            [
                *(*self._as, self._programs / "initdb", "--pgdata", self._folder / "data", "--username", USER),
                *("--auth=scram-sha-256", f"--pwfile={said}", "--no-sync", "--encoding=UTF8", "--locale=C"),
            ],
            check=True,
            capture_output=True,
            cwd=self._folder,
        )

    def _answers(self) -> bool:
        asked = [self._programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0


@contextlib.contextmanager
def running_postgres(programs: Path) -> Iterator[Postgres]:
    """Give a running cluster; it and its folder are gone afterwards."""
    # Not in pytest's own folders, into which nobody but their owner may look.
    with tempfile.TemporaryDirectory(prefix="vsr-postgres-") as folder:
        postgres = Postgres(programs, Path(folder))
        try:
            yield postgres
        finally:
            postgres.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
