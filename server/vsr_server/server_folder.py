"""The server's data folder: where things lie in it, one server at a time, and a record of what happened."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vsr_shared.errors import FederationError
from vsr_shared.federation.events import Event, to_json_line


@dataclass(frozen=True)
class ServerFolder:
    """The layout of a server's data folder."""

    root: Path

    @property
    def certificates(self) -> Path:
        """The authority (`ca.crt`) and the server's certificate."""
        return self.root / "certificates"

    @property
    def identities(self) -> Path:
        """Identities certified for secure sums, and the enrolment key that certified them."""
        return self.root / "identities"

    @property
    def checkpoints(self) -> Path:
        """The federation's progress."""
        return self.root / "checkpoints"

    @property
    def keys(self) -> Path:
        """The release key."""
        return self.root / "keys"

    @property
    def models(self) -> Path:
        """Weights of the newest versions of the common model."""
        return self.root / "models"

    @property
    def flower(self) -> Path:
        """The SuperLink's own files."""
        return self.root / "flower"

    @property
    def model(self) -> Path:
        """The common model after the last completed round."""
        return self.root / "model.safetensors"

    @property
    def journal(self) -> Path:
        """One line of JSON an event."""
        return self.root / "events.jsonl"

    @property
    def running(self) -> Path:
        """Address of the running server; not there where none runs."""
        return self.root / "running.json"

    def address(self) -> str | None:
        """Return the address of the running server, None where none wrote one down."""
        try:
            found = json.loads(self.running.read_text())
        except (OSError, ValueError):
            return None
        return str(found.get("address")) if isinstance(found, dict) else None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make the folder and hold it; FederationError where it cannot be, or another server holds it."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock = (self.root / "server.lock").open("a")
        except OSError as error:
            raise FederationError(f"cannot write the folder {self.root} ({error.strerror})") from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise FederationError(f"another server already runs on {self.root}; stop it first") from error
            yield

    @contextmanager
    def announced(self, address: str) -> Iterator[None]:
        """Note `address` for the other commands for as long as the server runs."""
        self.running.write_text(json.dumps({"address": address, "pid": os.getpid()}))
        try:
            yield
        finally:
            self.running.unlink(missing_ok=True)

    def recorded(self, on_event: Callable[[Event], None]) -> Callable[[Event], None]:
        """Return `on_event` preceded by a line in the journal; FederationError where it cannot be written."""

        def record(event: Event) -> None:
            line = to_json_line(event, datetime.now(UTC).isoformat(timespec="milliseconds"))
            try:
                with self.journal.open("a") as file:
                    file.write(line + "\n")
            except OSError as error:
                raise FederationError(f"cannot write {self.journal} ({error.strerror})") from error
            on_event(event)

        return record
