"""A deployment on loopback for the tests: real processes, their events, and nothing left running after."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization

from vsr_client.node_key import make_node_key
from vsr_client.secure_keys import SecureKeys
from vsr_server.database import Database, database_url, open_database
from vsr_server.enrolment.certificates import make_certificates
from vsr_server.enrolment.enrol import admit
from vsr_server.enrolment.federation_keys import federation_keys
from vsr_server.server_folder import ServerFolder

REPOSITORY = Path(__file__).parents[2]
Line = Mapping[str, Any]


class Running:
    """A process that prints its events as lines of JSON into a file."""

    def __init__(
        self, module: str, arguments: list[object], out: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.out = out
        self._file = out.open("ab")
        name = module if "." in module else f"tests.federation.{module}"
        command = [sys.executable, "-m", name, *map(str, arguments)]
        self.process = subprocess.Popen(
            command,
            stdout=self._file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=REPOSITORY,
            env={**os.environ, **(environment or {})},
        )

    def events(self, name: str = "") -> list[Line]:
        """Events so far, of one name or all."""
        lines = [line for line in self.out.read_text().splitlines() if line.startswith("{")]
        found = [json.loads(line) for line in lines]
        return [event for event in found if not name or event["event"] == name]

    def wait_for(self, name: str, seconds: float = 120, such: Callable[[Line], bool] = lambda _: True) -> Line:
        """Wait for an event and return it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = [event for event in self.events(name) if such(event)]
            if found:
                return found[-1]
            assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.out.read_text()}"
            time.sleep(0.1)
        raise AssertionError(f"no {name} within {seconds} s:\n{self.out.read_text()}")

    def end(self, seconds: float = 60) -> int:
        """Wait for the process to end by itself and return its exit code."""
        code = self.process.wait(seconds)
        self._file.close()
        return code

    def kill_9(self) -> None:
        """Kill the process as the system would."""
        self.process.send_signal(signal.SIGKILL)
        self.end()

    def stop(self) -> None:
        """Ask the process to end, and make it."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.end(20)
        except subprocess.TimeoutExpired:
            self.kill_9()


class Deployment:
    """A server's folder, machines with registered keys, and every process started from them."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.address = f"127.0.0.1:{port}"
        self.server_dir = folder / "server"
        self.ca = self.server_dir / "certificates" / "ca.crt"
        self._started: list[Running] = []

    def register(self, name: str) -> None:
        """Make keys for the machine `name` and let it in, as an invitation would."""
        make_certificates(self.ca.parent, datetime.now(UTC))
        form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        pem = make_node_key(self.folder / name).public_key().public_bytes(*form)
        identity = SecureKeys(self.folder / f"{name}-data" / "secure").identity
        keys = federation_keys(ServerFolder(self.server_dir))
        with closing(self.database()) as database, database.session() as session:
            admit(session, keys, pem.decode(), identity, name, datetime.now(UTC))

    def database(self) -> Database:
        """Open the server's database."""
        return open_database(database_url(self.server_dir), self.server_dir)

    @property
    def trust(self) -> list[object]:
        """What a machine is started with that pinned the federation's keys: it sums securely and not otherwise."""
        trust = federation_keys(ServerFolder(self.server_dir)).trust
        return ["--trust", trust.release_key.hex(), trust.enrolment_key.hex()]

    def server(self, rounds: int, cohort: int, *more: object) -> Running:
        """Start the server and wait until it is up."""
        out = self.folder / f"server-{len(self._started)}.out"
        running = self._start("serve_least_squares", [self.server_dir, self.port, rounds, cohort, *more], out)
        running.wait_for("server_up")
        return running

    def machine(self, name: str, seed: int, *more: object, ca: Path | None = None) -> Running:
        """Start the client of the machine `name`, whose data follow from `seed`."""
        out = self.folder / f"{name}-{len(self._started)}.out"
        given = [self.address, ca or self.ca, self.folder / name, self.folder / f"{name}-data", seed, *more]
        return self._start("least_squares", given, out)

    def hold(self, *names: str) -> None:
        """Let no training of the machines `names` come to its end."""
        for name in names:
            (self.folder / f"{name}-data" / "hold").touch()

    def release(self, *names: str) -> None:
        """Let the trainings of the machines `names` end."""
        for name in names:
            (self.folder / f"{name}-data" / "hold").unlink(missing_ok=True)

    def processes(self) -> list[tuple[int, str]]:
        """Every process whose command names this deployment's folder, whoever started it."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                except OSError:
                    continue
                if str(self.folder) in command:
                    found.append((int(entry.name), command))
        return found

    def close(self) -> None:
        """End everything; AssertionError where something outlived those that started it."""
        for running in reversed(self._started):
            running.stop()
        deadline = time.monotonic() + 15
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.2)
        left = self.processes()
        for pid, _ in left:
            os.kill(pid, signal.SIGKILL)
        assert not left, f"left running: {left}"

    def _start(self, module: str, arguments: list[object], out: Path) -> Running:
        running = Running(module, arguments, out)
        self._started.append(running)
        return running
