"""A checkpoint is the old one or the new one, whenever the server dies."""

import json
import multiprocessing
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from vsr_server import durable_file
from vsr_server.coordination.checkpoint import Checkpoints
from vsr_shared.errors import FederationError
from vsr_shared.learning.fed_avg import ServerState


def state(value: float, size: int = 50_000) -> ServerState:
    return ServerState({"w": np.full(size, value, np.float32)}, {"w": np.zeros(size, np.float32)})


def test_progress_and_state_come_back(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "c")
    assert checkpoints.progress() is None
    progress = checkpoints.begin("base-1", state(0))
    progress = checkpoints.close_round(checkpoints.open_round(progress), state(1))
    found = Checkpoints(tmp_path / "c").progress()
    assert found == progress
    assert (found.base, found.opened, found.completed) == ("base-1", 1, 1)
    assert checkpoints.load_state(found).weights["w"][0] == 1


def test_an_opened_round_is_spent_even_if_the_server_dies_in_it(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.open_round(checkpoints.begin("b", state(0)))
    found = Checkpoints(tmp_path).progress()
    assert found is not None
    assert (found.opened, found.completed) == (1, 0)
    assert Checkpoints(tmp_path).open_round(found).opened == 2


def test_old_states_do_not_pile_up(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    progress = checkpoints.begin("b", state(0, 10))
    for number in range(1, 8):
        progress = checkpoints.close_round(checkpoints.open_round(progress), state(number, 10))
    assert len(list(tmp_path.glob("*.safetensors"))) <= 2


def test_a_crash_between_state_and_index_leaves_the_old_pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoints = Checkpoints(tmp_path)
    progress = checkpoints.open_round(checkpoints.begin("b", state(0)))
    real = durable_file.write_durably

    def dies_at_the_index(path: Path, data: bytes) -> None:
        if path.name == "checkpoint.json":
            raise OSError(28, "No space left on device")
        real(path, data)

    monkeypatch.setattr("vsr_server.coordination.checkpoint.write_durably", dies_at_the_index)
    with pytest.raises(FederationError, match="No space left"):
        checkpoints.close_round(progress, state(1))
    found = Checkpoints(tmp_path).progress()
    assert found == progress
    assert Checkpoints(tmp_path).load_state(found).weights["w"][0] == 0


def write_for_ever(folder: Path) -> None:
    checkpoints = Checkpoints(folder)
    progress, number = checkpoints.begin("b", state(0)), 0
    while True:
        number += 1
        progress = checkpoints.close_round(checkpoints.open_round(progress), state(number))


def test_kill_9_at_any_moment_leaves_a_whole_checkpoint(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    for attempt in range(4):
        folder = tmp_path / str(attempt)
        writer = context.Process(target=write_for_ever, args=(folder,))
        writer.start()
        deadline = time.monotonic() + 60
        while not (folder / "checkpoint.json").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.05 + 0.037 * attempt)
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        found = Checkpoints(folder).progress()
        assert found is not None
        assert (Checkpoints(folder).load_state(found).weights["w"] == found.completed).all()


def test_a_damaged_state_is_not_trained_on(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    progress = checkpoints.begin("b", state(0))
    path = tmp_path / progress.state_file
    path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\1")
    with pytest.raises(FederationError, match="SHA-256"):
        checkpoints.load_state(progress)
    path.unlink()
    with pytest.raises(FederationError, match="cannot be used"):
        checkpoints.load_state(progress)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2}', json.dumps({"format": 1, "base": "b"})])
def test_a_damaged_index_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "checkpoint.json").write_text(text)
    with pytest.raises(FederationError, match=r"checkpoint\.json"):
        Checkpoints(tmp_path).progress()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FederationError, match="cannot write a checkpoint"):
        Checkpoints(tmp_path / "file").begin("b", state(0, 3))
