"""`vsr predict`: what it prints, what it loads, and what it says of recordings it cannot hear."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.client.commands import Machine
from tests.client.conftest import files
from vsr_shared.base import Base
from vsr_shared.prediction import Predictor
from vsr_simulations.population import User


def test_a_readable_table_names_the_base_and_its_consequence(machine: Machine, generated: User) -> None:
    done = machine.vsr("predict", *files(generated).positive[:2])
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert files(generated).positive[0].name in done.stdout
    assert "%" in done.stdout
    assert "random@" in done.stdout
    assert "mean nothing until they are taught" in done.stdout


def test_a_fresh_machine_predicts_at_once_with_what_ships(
    fresh_machine: Machine, generated: User, shipped: Base
) -> None:
    done = fresh_machine.vsr("predict", *files(generated).positive[:2])
    assert (done.returncode, done.stderr) == (0, "")
    assert shipped.id in done.stdout
    assert "trained on other people's voices" in done.stdout and "can be wrong about you" in done.stdout
    assert not fresh_machine.folder.exists()


def test_json_has_the_promised_fields(machine: Machine, tmp_path: Path, base: Base) -> None:
    path = tmp_path / "long recording é.wav"
    soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, 22050 * 10), 22050)
    done = machine.vsr("predict", "--json", path)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    said = json.loads(line)
    assert list(said) == ["file", "seconds", "label", "positive", "segments", "base", "head"]
    assert said["file"] == str(path)
    assert said["seconds"] == pytest.approx(10.0)
    assert [(part["start"], part["end"]) for part in said["segments"]] == [(0, 4), (4, 8), (8, 10)]
    assert said["positive"] == pytest.approx(np.mean([part["positive"] for part in said["segments"]]), abs=1e-5)
    assert said["label"] == ("positive" if said["positive"] >= 0.5 else "negative")
    assert (said["base"], said["head"]) == (base.id, "base")


def test_predicting_writes_nothing_personal(machine: Machine, generated: User) -> None:
    assert machine.vsr("predict", files(generated).positive[0]).returncode == 0
    assert not machine.folder.exists()


def test_predicting_never_imports_what_is_slow(base_path: Path, generated: User, tmp_path: Path) -> None:
    script = f"""
import sys
from vsr_client.cli import app
sys.argv = ["vsr"]
try:
    app(["predict", {str(files(generated).positive[0])!r}])
except SystemExit as end:
    assert end.code == 0, end.code
slow = {{"tensorflow", "keras", "librosa", "scipy", "sklearn", "matplotlib", "flwr", "sqlmodel", "jax", "torch"}}
print(sorted(slow & set(sys.modules)), file=sys.stderr)
"""
    environment = os.environ | {"VSR_BASE": str(base_path), "VSR_DATA_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert done.stderr.splitlines()[-1] == "[]"


def test_one_bad_file_does_not_silence_the_others(machine: Machine, generated: User, tmp_path: Path) -> None:
    (tmp_path / "notes.wav").write_text("not a sound")
    (tmp_path / "empty.wav").write_bytes(b"")
    soundfile.write(tmp_path / "silence.wav", np.zeros(50_000), 22050)
    good = files(generated).positive[0]
    names = ["notes.wav", "empty.wav", "silence.wav", "gone.wav"]
    done = machine.vsr("predict", "--json", *(tmp_path / name for name in names), good)
    assert done.returncode == 3
    assert [json.loads(line)["file"] for line in done.stdout.splitlines()] == [str(good)]
    complaints = done.stderr.splitlines()
    assert len(complaints) == 4
    assert all(name in line for name, line in zip(names, complaints, strict=True))
    assert "Traceback" not in done.stderr


def test_a_damaged_base_is_said_and_not_replaced(machine: Machine, generated: User, tmp_path: Path) -> None:
    data = bytearray(machine.base.read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "damaged.vsr").write_bytes(data)
    done = machine.vsr("predict", files(generated).positive[0], VSR_BASE=str(tmp_path / "damaged.vsr"))
    assert done.returncode == 4
    assert "damaged.vsr" in done.stderr and "fetch it again" in done.stderr
    assert done.stdout == ""


def test_asking_for_a_personal_head_that_is_not_there(machine: Machine, generated: User) -> None:
    done = machine.vsr("predict", "--using", "personal", files(generated).positive[0])
    assert done.returncode == 5
    assert "vsr train" in done.stderr


def test_thread_count_changes_nothing_but_the_time(base: Base) -> None:
    sound = np.random.default_rng(4).normal(0, 0.1, 22050 * 9).astype(np.float32)
    one, two = (Predictor(base, threads=threads).predict([sound]).positive for threads in (1, 2))
    assert one == pytest.approx(two, abs=1e-6)
