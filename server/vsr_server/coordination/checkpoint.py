"""Where a federation stands after each round, on disk, so that a server that dies goes on from there.

    checkpoint.json                  federation, base, rounds, and which state file with which SHA-256
    round-000003-v000004.safetensors the algorithm's state after that round, whose weights are that model version's

The state is written first and the JSON file, which names it, last: a crash in between leaves the old pair whole.
"""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from vsr_server.durable_file import write_durably
from vsr_shared.errors import FederationError, VsrError
from vsr_shared.learning.fed_avg import ServerState, state_from_bytes, state_to_bytes

_FORMAT: Final = 1


@dataclass(frozen=True)
class Progress:
    """How far a federation has come."""

    federation: str
    base: str
    opened: int
    """The highest round number ever offered: it is spent, whether the round succeeded or not."""
    completed: int
    """Rounds whose mean is in the state."""
    state_file: str
    sha256: str
    version: int = 0
    """The version in the registry whose weights the state holds; 0 before there was a registry."""
    clips: float = 0.0
    """Recordings behind the newest completed round; here alone, for who came or went tells whose they are."""


class Checkpoints:
    """The checkpoint in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = folder / "checkpoint.json"

    def progress(self) -> Progress | None:
        """How far the federation has come, None where it has not begun; FederationError where it is damaged."""
        if not self._index.exists():
            return None
        try:
            found: dict[str, Any] = json.loads(self._index.read_text())
            if found.pop("format") != _FORMAT:
                raise ValueError("of another format")
            return Progress(**found)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise FederationError(f"the checkpoint {self._index} cannot be read ({error})") from error

    def begin(self, base: str, state: ServerState, federation: str = "") -> Progress:
        """Write the checkpoint of a federation that has had no round, under a fresh name or the given one."""
        name = federation or secrets.token_hex(8)
        return self._write(Progress(name, base, 0, 0, "round-000000.safetensors", ""), state)

    def load_state(self, progress: Progress) -> ServerState:
        """Return the state that `progress` names; FederationError where it is missing or damaged."""
        path = self._folder / progress.state_file
        try:
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() != progress.sha256:
                raise VsrError("its SHA-256 is not the recorded one")
            return state_from_bytes(data)
        except (OSError, VsrError) as error:
            raise FederationError(f"the checkpoint {path} cannot be used ({error})") from error

    def open_round(self, progress: Progress, above: int = 0) -> Progress:
        """Spend the next round number, on disk before any machine hears it, and return the new progress.

        It is higher than any before and than `above`.
        """
        return self._write_index(_with(progress, opened=max(progress.opened, above) + 1))

    def close_round(self, progress: Progress, state: ServerState, version: int = 0, clips: float = 0.0) -> Progress:
        """Keep `state`, of model `version`, as the outcome of the opened round and return the new progress."""
        return self._replace(_with(progress, completed=progress.completed + 1, clips=clips), state, version)

    def go_on_from(self, progress: Progress, state: ServerState, version: int) -> Progress:
        """Keep `state`, of model `version`, as where the next round begins and return the new progress."""
        return self._replace(progress, state, version)

    def _replace(self, progress: Progress, state: ServerState, version: int) -> Progress:
        # Another version is another file: the index never names one that is being written over.
        name = f"round-{progress.opened:06d}-v{version:06d}.safetensors"
        done = self._write(_with(progress, state_file=name, version=version), state)
        for old in self._folder.glob("round-*.safetensors"):
            if old.name not in (name, progress.state_file):
                old.unlink()
        return done

    def _write(self, progress: Progress, state: ServerState) -> Progress:
        data = state_to_bytes(state)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_durably(self._folder / progress.state_file, data)
        except OSError as error:
            raise FederationError(f"cannot write a checkpoint into {self._folder} ({error.strerror})") from error
        return self._write_index(_with(progress, sha256=hashlib.sha256(data).hexdigest()))

    def _write_index(self, progress: Progress) -> Progress:
        try:
            write_durably(self._index, json.dumps({"format": _FORMAT} | asdict(progress), indent=1).encode())
        except OSError as error:
            raise FederationError(f"cannot write {self._index} ({error.strerror})") from error
        return progress


def _with(progress: Progress, **changes: Any) -> Progress:
    return Progress(**(asdict(progress) | changes))
