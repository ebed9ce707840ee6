"""Number and seal of the newest entry, in a file beside the database: a log that lost its end does not fit to it."""

import fcntl
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from vsr_server.audit.seal import BEFORE_THE_FIRST
from vsr_server.durable_file import write_durably

FILE: Final = "audit.newest"


@dataclass(frozen=True)
class Newest:
    """Up to where the log has come."""

    number: int
    """0 before the first entry."""
    seal: str


FIRST: Final = Newest(0, BEFORE_THE_FIRST)


def read_newest(folder: Path) -> Newest | None:
    """Return what the file says, None where there is none; ValueError where it is damaged, OSError unreadable."""
    path = folder / FILE
    if not path.exists():
        return None
    found = json.loads(path.read_text())
    if not isinstance(found, dict) or set(found) != {"number", "seal"}:
        raise ValueError("neither number nor seal")
    return Newest(int(found["number"]), str(found["seal"]))


def move_on(folder: Path, newest: Newest) -> None:
    """Keep `newest` unless a later one stands there already; OSError where the disk says no."""
    with (folder / f"{FILE}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = read_newest(folder)
        if before is None or before.number < newest.number:
            write_durably(folder / FILE, json.dumps(asdict(newest)).encode())
