"""A job as the pages see it, and the lines that the worker and its supervisor exchange.

The supervisor writes one JSON line to the worker's standard input: what to do, for whom, and the data key, which so
appears neither on a command line nor in an environment. `cancel` may follow on a line of its own. The end of standard
input means that the app is gone, however it went, and ends the worker. The worker writes a JSON line for each step:
`{"progress", "says"}`, and at last `{"result"}`, `{"cancelled"}` or `{"error": {"code", "message"}}`.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

State = Literal["running", "done", "failed", "cancelled"]
CANCEL = "cancel"


@dataclass(frozen=True)
class Job:
    """One piece of background work."""

    id: str
    kind: str
    started: datetime
    state: State = "running"
    progress: float = 0.0
    """0..1; stays 0 where nobody can know."""
    says: str = ""
    """What it is doing, for people."""
    ended: datetime | None = None
    result: dict[str, Any] | None = None
    error: dict[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the job for the API; times as ISO 8601."""
        times = {"started": self.started.isoformat(), "ended": self.ended.isoformat() if self.ended else None}
        return {**vars(self), **times}

    def after(self, line: dict[str, Any], now: datetime) -> "Job":
        """Return the job after the worker wrote `line` at `now`."""
        if "result" in line:
            return replace(self, state="done", progress=1.0, ended=now, result=line["result"])
        if "error" in line:
            return replace(self, state="failed", ended=now, error=line["error"])
        if "cancelled" in line:
            return replace(self, state="cancelled", ended=now)
        return replace(
            self, progress=round(float(line.get("progress", self.progress)), 3), says=str(line.get("says", self.says))
        )


@dataclass(frozen=True)
class Assignment:
    """What a worker is to do, and for whom."""

    kind: str
    data_dir: str
    key: str = field(repr=False)
    """The data key in base64; never written anywhere."""
    base_path: str | None = None
    threads: int | None = None
    offline: bool = False


class Cancelled(Exception):
    """The person cancelled the job; raised inside the worker where it reports progress."""
