"""Where the dashboard answers, noted in the data folder for the commands of the same server."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vsr_shared.errors import FederationError

_FILE: Final = "admin.json"


@dataclass(frozen=True)
class Dashboard:
    """A dashboard that runs, or did."""

    url: str
    run: str
    """Tells this run of it from every other."""


@contextmanager
def announced(folder: Path, port: int, run: str) -> Iterator[None]:
    """Note `port` and `run` while the block lasts."""
    path = folder / _FILE
    fresh = path.with_name(f"{_FILE}.{run}")
    fresh.write_text(json.dumps({"port": port, "run": run}))
    fresh.replace(path)
    try:
        yield
    finally:
        if _noted(path).get("run") == run:  # another may have started meanwhile
            path.unlink(missing_ok=True)


def dashboard_of(folder: Path) -> Dashboard:
    """Return the dashboard that was noted on `folder` last; FederationError where there is none."""
    found = _noted(folder / _FILE)
    port, run = found.get("port"), found.get("run")
    if not isinstance(port, int) or not isinstance(run, str):
        raise FederationError(f"no dashboard runs on {folder}; start the server with `vsr-server start`")
    return Dashboard(f"http://127.0.0.1:{port}", run)


def _noted(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
