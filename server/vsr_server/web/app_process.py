"""The server app as a child of `vsr-server start`: started, watched, and started again with growing pauses."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from vsr_server.web.server_app import LONGEST_END_SECONDS
from vsr_shared.errors import FederationError
from vsr_shared.federation.events import Event

_UP_SECONDS: Final = 180.0
_SHORTEST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
_STEADY_SECONDS: Final = 60.0
"""Having lived for so long, the app's next death counts as its first."""


@dataclass(frozen=True)
class PublicPortUp(Event):
    """People's machines can come."""

    address: str
    admin: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"machines come to {self.address}; the dashboard is at {self.admin} (`vsr-server dashboard`)"


@dataclass(frozen=True)
class AppRestarted(Event):
    """The server app ended without being asked; rounds went on without new connections meanwhile."""

    code: int
    pause: float

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"the server app ended ({self.code}); it is started again in {self.pause:g} s"


class AppProcess:
    """`vsr-server app` with `options` as a child that ends with this process; `tell` hears of its deaths."""

    def __init__(self, options: Sequence[str], answers: Callable[[], bool], tell: Callable[[Event], None]) -> None:
        """Start it and wait until it `answers`; FederationError where it does not come up."""
        self._command = [sys.executable, "-m", "vsr_server.cli", "app", "--end-with-parent", *options]
        self._tell = tell
        self._ending = threading.Event()
        self._process = self._start()
        deadline = time.monotonic() + _UP_SECONDS
        while not answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._end_process()
                raise FederationError("the server app did not come up; what it said stands above")
            time.sleep(0.1)
        self._watcher = threading.Thread(target=self._watch, name="server app", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """End it, and kill it if that takes too long."""
        self._ending.set()
        self._end_process()
        self._watcher.join(LONGEST_END_SECONDS)

    def _start(self) -> "subprocess.Popen[bytes]":
        # A session of its own: Ctrl-C in a terminal must reach the rounds first, and the app through them.
        return subprocess.Popen(self._command, stdin=subprocess.PIPE, start_new_session=True)

    def _watch(self) -> None:
        pause = _SHORTEST_PAUSE
        while not self._ending.is_set():
            began = time.monotonic()
            code = self._process.wait()
            if self._ending.is_set():
                return
            if time.monotonic() - began > _STEADY_SECONDS:
                pause = _SHORTEST_PAUSE
            self._tell(AppRestarted(code, pause))
            if self._ending.wait(pause):
                return
            pause = min(2 * pause, _LONGEST_PAUSE)
            self._process = self._start()

    def _end_process(self) -> None:
        process = self._process
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(LONGEST_END_SECONDS + 2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
