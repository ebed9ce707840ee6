"""The state of a training run on disk: written whole or not at all, so that a kill costs at most one validation."""

import io
import json
import os
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import BaseError

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """One validation: step, mean training loss since the last, and the figures on validation speakers."""

    step: int
    loss: float
    uar: float
    auroc: float
    nll: float


@dataclass
class State:
    """All that a run needs to go on as if it had not been stopped. Lists of arrays in Keras' order."""

    key: str
    """Hash of recipe and data: another run's checkpoint is refused."""
    step: int
    weights: list[Floats]
    average: list[Floats]
    best: list[Floats]
    optimizer: list[npt.NDArray[Any]]
    readings: list[Reading] = field(default_factory=list)
    best_nll: float = float("inf")
    bad_validations: int = 0


_LISTS = ("weights", "average", "best", "optimizer")


def save_state(state: State, path: Path) -> None:
    """Write `state` to `path`, replacing what was there in one step."""
    arrays: dict[str, Any] = {f"{name}/{i}": array for name in _LISTS for i, array in enumerate(getattr(state, name))}
    plain = {name: value for name, value in vars(state).items() if name not in _LISTS}
    plain["readings"] = [asdict(reading) for reading in state.readings]
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.savez(file, plain=np.frombuffer(json.dumps(plain).encode(), np.uint8), **arrays)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def load_state(path: Path, key: str) -> State | None:
    """Return the state in `path`, None where there is none; BaseError where it is damaged or another run's."""
    if not path.exists():
        return None
    try:
        # From memory: NumPy leaves a damaged file open.
        with np.load(io.BytesIO(path.read_bytes())) as stored:
            plain = json.loads(stored["plain"].tobytes())
            lists = {name: _list(stored, name) for name in _LISTS}
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise BaseError(f"the checkpoint {path} is damaged ({error}); delete it to begin again") from error
    if plain["key"] != key:
        raise BaseError(f"{path} belongs to a run with another recipe or other data; delete it or choose another --out")
    plain["readings"] = [Reading(**reading) for reading in plain["readings"]]
    return State(**(plain | lists))


def _list(stored: Any, name: str) -> list[npt.NDArray[Any]]:
    count = sum(1 for member in stored.files if member.startswith(f"{name}/"))
    return [stored[f"{name}/{i}"] for i in range(count)]


def copied(arrays: Sequence[Any]) -> list[Floats]:
    """Return float32 copies of Keras' arrays, which a backend may otherwise overwrite."""
    return [np.array(array, dtype=np.float32) for array in arrays]
