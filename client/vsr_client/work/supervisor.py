"""The app's side of background work: one worker process a kind, watched and cancelled from here."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from threading import Lock, Thread
from typing import IO, Any, Final
from uuid import uuid4

from vsr_client.person import Person
from vsr_client.settings import PASSPHRASE
from vsr_client.work.job import CANCEL, Assignment, Job
from vsr_client.work.kinds import KINDS
from vsr_shared.errors import UsageError

_GRACE_SECONDS: Final = 5.0
"""How long a worker may take to stop by itself once it was cancelled."""


class Supervisor:
    """Starts, watches and cancels jobs; at most one of a kind runs. Thread-safe."""

    def __init__(self, on_change: Callable[[Job], None]) -> None:
        """Call `on_change` from a thread of its own whenever a job changed."""
        self._on_change = on_change
        self._lock = Lock()
        self._jobs: dict[str, Job] = {}
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._cancelled: set[str] = set()
        self._closing = False

    def jobs(self) -> dict[str, Job]:
        """Return the last job of each kind."""
        with self._lock:
            return dict(self._jobs)

    def running(self, kind: str) -> bool:
        """Say whether a job of `kind` runs."""
        with self._lock:
            return kind in self._processes

    def start(self, kind: str, person: Person) -> Job:
        """Start a job of `kind` for `person`; UsageError where one runs already."""
        assignment = Assignment(
            kind,
            str(person.data_dir),
            base64.b64encode(person.key).decode(),
            str(person.base_path) if person.base_path else None,
            person.threads,
            person.offline,
        )
        with self._lock:
            if kind not in KINDS or self._closing or kind in self._processes:
                raise UsageError(f"{kind} runs already; wait until it is done, or cancel it")
            process = _process()
            self._processes[kind] = process
            job = self._jobs[kind] = Job(uuid4().hex, kind, _now())
        _write(process, json.dumps(asdict(assignment)))
        Thread(target=self._watch, args=(kind, process), name=f"watch {kind}", daemon=True).start()
        self._on_change(job)
        return job

    def cancel(self, kind: str) -> Job | None:
        """Cancel the job of `kind`: it may stop by itself for some seconds, then it is ended. None where none was."""
        with self._lock:
            process, job = self._processes.get(kind), self._jobs.get(kind)
            if process:
                self._cancelled.add(kind)
        if process:
            _write(process, CANCEL)
            Thread(target=_end, args=(process,), daemon=True).start()
        return job

    def close(self) -> None:
        """Cancel everything for good, and wait until it ended."""
        with self._lock:
            self._closing = True
        self.end_all()

    def end_all(self) -> None:
        """Cancel everything, and wait until it ended."""
        with self._lock:
            self._cancelled |= set(self._processes)
            processes = list(self._processes.values())
        for process in processes:
            _write(process, CANCEL)
        for process in processes:
            _end(process, seconds=2.0)

    def _watch(self, kind: str, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        last = self._jobs[kind]
        for line in process.stdout:
            last = last.after(_parsed(line), _now())
            if last.state == "running":  # its end is told once the process is gone, and another may start
                self._tell(kind, last)
        code = process.wait()
        _close(process.stdin)
        process.stdout.close()
        with self._lock:
            if last.state == "running":
                last = _ended(last, code, cancelled=kind in self._cancelled)
            self._cancelled.discard(kind)
            del self._processes[kind]
            self._jobs[kind] = last
        self._on_change(last)

    def _tell(self, kind: str, job: Job) -> None:
        with self._lock:
            self._jobs[kind] = job
        self._on_change(job)


def _process() -> "subprocess.Popen[str]":
    environment = {name: value for name, value in os.environ.items() if name != PASSPHRASE}
    return subprocess.Popen(
        [sys.executable, "-m", "vsr_client.work"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
    )


def _ended(job: Job, code: int, *, cancelled: bool) -> Job:
    """Return a job whose worker ended without a last word."""
    if cancelled:
        return replace(job, state="cancelled", ended=_now())
    how = f"by signal {-code}" if code < 0 else f"with code {code}"
    message = (
        f"the work was ended from outside or broke off ({how}), often because memory ran out; nothing was changed, "
        "so start it again"
    )
    return replace(job, state="failed", ended=_now(), error={"code": "worker_died", "message": message})


def _end(process: "subprocess.Popen[str]", seconds: float = _GRACE_SECONDS) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _write(process: "subprocess.Popen[str]", line: str) -> None:
    try:
        if process.stdin:
            process.stdin.write(line + "\n")
            process.stdin.flush()
    except (OSError, ValueError):
        return  # it ended meanwhile, which the watcher reports


def _close(pipe: IO[str] | None) -> None:
    try:
        if pipe:
            pipe.close()
    except OSError:
        return


def _parsed(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _now() -> datetime:
    return datetime.now(UTC)
