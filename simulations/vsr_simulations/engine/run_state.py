"""Where a run stands: the server's state after its newest round, in a file that is whole or not there.

The file's name says the round; `run.json` says which run it is, so that another one does not go on from it by mistake.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vsr_shared.errors import StoreError, UsageError
from vsr_shared.learning.fed_avg import ServerState, state_from_bytes, state_to_bytes


def open_run(folder: Path, what: Mapping[str, Any]) -> tuple[int, ServerState] | None:
    """Return the newest round and its state in `folder`, None for a new run.

    UsageError where the folder holds a run of something else than `what` (JSON); StoreError where it cannot be used.
    """
    said = json.dumps(what, sort_keys=True, indent=1)
    path = folder / "run.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.read_text() != said:
            raise UsageError(f"{folder} holds a run of other people, method, settings or seed; name another folder")
        path.write_text(said)
        newest = max(folder.glob("round-*.safetensors"), default=None)
        if newest is None:
            return None
        return int(newest.stem.removeprefix("round-")), state_from_bytes(newest.read_bytes())
    except OSError as error:
        raise StoreError(f"{folder} cannot be used ({error.strerror}); free space or name another folder") from error


def keep_round(folder: Path, round_number: int, state: ServerState) -> None:
    """Keep the state after a round in place of those before."""
    path = folder / f"round-{round_number:06d}.safetensors"
    try:
        partial = path.with_suffix(".partial")
        partial.write_bytes(state_to_bytes(state))
        partial.replace(path)
        for old in folder.glob("round-*.safetensors"):
            if old != path:
                old.unlink()
    except OSError as error:
        raise StoreError(f"{path} cannot be written ({error.strerror}); free space or name another folder") from error
