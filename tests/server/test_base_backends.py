"""Training needs nothing of one backend: the same steps run under whichever of Keras' backends are installed."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.base_voices import write_voices

STEPS = """
import sys
from dataclasses import replace
from pathlib import Path

import keras

from vsr_server.base.training.recipe import Phase, Recipe
from vsr_server.base.who import Who
from vsr_server.base.training.run import load_data
from vsr_server.base.training.train import train

folder = Path(sys.argv[1])
data, _ = load_data(folder / "voices", Who(["c"], ["d"]), folder / "cache", lambda _: None)
recipe = Recipe(backbone="small_cnn", phases=(Phase("head", 2, 1e-3), Phase("all", 4, 1e-3)), batch_size=8,
                warmup_steps=1, validate_every=3, augmentation=0.0)
train(recipe, data, folder / "c.npz", stop_after=3)
trained = train(recipe, data, folder / "c.npz")
print(keras.backend.backend(), trained.steps, *(round(reading.loss, 3) for reading in trained.readings))
"""


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_a_run_with_a_kill_between_goes_through(backend: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    write_voices(tmp_path / "voices")
    environment = {**os.environ, "KERAS_BACKEND": backend, "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", STEPS, str(tmp_path)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    name, steps, *losses = done.stdout.split()[-5:]
    assert (name, steps) == (backend, "6")
    assert all(0 < float(loss) < 5 for loss in losses)
