"""Starting VSR's own programs, reading their events as they come, and leaving none of them running."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from vsr_shared.errors import VsrError

Event = Mapping[str, Any]
_GRACE_SECONDS: Final = 15.0

# Several of them share these cores; threads that wait for each other in a spin would only slow all down.
_ENVIRONMENT: Final[Mapping[str, str]] = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "VSR_THREADS": "1",
    "FLWR_TELEMETRY_ENABLED": "0",
    "FLWR_DISABLE_UPDATE_CHECK": "1",
}


def program(name: str) -> Path:
    """Return the installed command `name`, beside the Python that runs this."""
    return Path(sys.executable).with_name(name)


def run_program(name: str, *arguments: object, environment: Mapping[str, str] | None = None) -> str:
    """Run a program to its end and return what it printed; VsrError with its own words where it failed."""
    done = subprocess.run(
        [program(name), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **_ENVIRONMENT, **(environment or {})},
    )
    if done.returncode:
        raise VsrError(
            f"{name} {arguments[0]} failed ({done.returncode}): {done.stderr.strip() or done.stdout.strip()}"
        )
    return done.stdout


class RunningProgram:
    """A program that prints its events as lines of JSON; each is handed on as it comes."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[object],
        on_event: Callable[[Event], None],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start it in a session of its own, so that it can be ended with all that it starts."""
        self.name = name
        self._on_event = on_event
        self._said: list[str] = []
        self._process = subprocess.Popen(
            [program(name), *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **_ENVIRONMENT, **(environment or {})},
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def running(self) -> bool:
        """Say whether it still runs."""
        return self._process.poll() is None

    def check(self) -> None:
        """Raise VsrError, with its last words, where it ended with an error."""
        code = self._process.poll()
        if code:
            self._reader.join(2)
            raise VsrError(f"{self.name} ended with {code}: {' '.join(self._said[-5:])}")

    def end(self) -> None:
        """Ask it to end, and make it; then whatever it started."""
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._reader.join(2)

    def _read(self) -> None:
        for line in self._process.stdout or ():
            if line.startswith("{"):
                self._on_event(json.loads(line))
            else:
                self._said.append(line.strip())
