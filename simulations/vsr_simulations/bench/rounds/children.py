"""Processes that live for as long as a block does, their output in a file."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_GRACE_SECONDS: Final = 15.0


@contextmanager
def child(command: Sequence[object], log: Path, environment: Mapping[str, str] | None = None) -> Iterator[None]:
    """Run `command` while the block lasts; then ask it to end, and make it."""
    with log.open("wb") as out, subprocess.Popen([*map(str, command)], stdout=out, stderr=out, env=environment) as run:
        try:
            yield
        finally:
            run.terminate()
            try:
                run.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                run.kill()
