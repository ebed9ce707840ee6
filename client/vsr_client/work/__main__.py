"""The worker: `python -m vsr_client.work` does one job for the app that started it."""

import base64
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from vsr_client.error_code import error_code
from vsr_client.person import Person
from vsr_client.work.job import CANCEL, Assignment, Cancelled
from vsr_client.work.kinds import KINDS, function
from vsr_shared.errors import VsrError


class _Voice:
    """Speaks to the supervisor on what was standard output."""

    def __init__(self, stop: Event) -> None:
        # Whatever a library prints must not get between the lines.
        self._file = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._stop = stop
        self._lock = Lock()

    def line(self, **fields: Any) -> None:
        with self._lock:
            self._file.write(json.dumps(fields, ensure_ascii=False) + "\n")
            self._file.flush()

    def __call__(self, says: str, progress: float | None = None) -> None:
        if self._stop.is_set():
            raise Cancelled
        self.line(says=says, **({} if progress is None else {"progress": progress}))


def main() -> None:
    """Do the one job that standard input names."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is the app's to answer
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    stop = Event()
    voice = _Voice(stop)
    assignment = Assignment(**json.loads(sys.stdin.readline()))
    Thread(target=_listen, args=(stop,), daemon=True).start()
    notices: list[str] = []
    person = Person(
        Path(assignment.data_dir),
        Path(assignment.base_path) if assignment.base_path else None,
        assignment.threads,
        assignment.offline,
        notices.append,
        lambda _: None,
    )
    person.__dict__["key"] = base64.b64decode(assignment.key)
    try:
        result = function(KINDS[assignment.kind].work)(person, voice, stop)
        if notices and result is not None:
            result = {**result, "notices": notices}
        # Work that has a result finished, even where it was cancelled in its last moment.
        voice.line(**({"cancelled": True} if stop.is_set() and result is None else {"result": result or {}}))
    except Cancelled:
        voice.line(cancelled=True)
    except VsrError as error:
        voice.line(error={"code": error_code(error), "message": str(error)})


def _listen(stop: Event) -> None:
    """Wait for `cancel`; end at once where the app is gone."""
    for line in sys.stdin:
        if line.strip() == CANCEL:
            stop.set()
    os._exit(3)


if __name__ == "__main__":
    main()
