"""Which base a machine starts from, in the promised order, and what it says about it."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
keras = pytest.importorskip("keras")

from vsr_shared import find_base as module  # noqa: E402
from vsr_shared.audio.spectrogram import SpectrogramSpec  # noqa: E402
from vsr_shared.base import Base  # noqa: E402
from vsr_shared.errors import BaseError, StoreError  # noqa: E402
from vsr_shared.find_base import BaseChoice, find_base  # noqa: E402
from vsr_shared.network.image_input import network_input  # noqa: E402
from vsr_shared.network.keras_model import build_network  # noqa: E402
from vsr_shared.prediction import Predictor  # noqa: E402


@pytest.fixture
def nothing_ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHIPPED", tmp_path / "nothing.vsr")


def test_keras_weights_given_by_path_speak_as_they_do_in_keras(tmp_path: Path) -> None:
    keras.utils.set_random_seed(3)
    spec = SpectrogramSpec()
    network = build_network(spec.shape)
    path = tmp_path / "mine.weights.h5"
    network.save_weights(path)
    said: list[str] = []
    base = find_base(BaseChoice(path, tmp_path / "cache"), said.append)
    assert base.id.startswith("mine@")
    images = np.random.default_rng(0).integers(0, 256, (2, *spec.shape), dtype=np.uint8)
    predictor = Predictor(base)
    ours = predictor.judge(predictor.trunk(images))
    np.testing.assert_allclose(ours, network.predict(network_input(images), verbose=0)[:, 1], atol=2e-3)
    again = find_base(BaseChoice(path, tmp_path / "cache"), said.append)
    assert again.id == base.id
    assert len(said) == 1, "built once, then taken from the cache"


def test_what_ships_comes_before_what_must_be_built(
    base_path: Path, base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SHIPPED", base_path)
    assert find_base(BaseChoice(None, tmp_path)).id == base.id
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("nothing_ships")
def test_without_a_network_a_random_base_stands_in_and_it_is_said(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(**_: object) -> None:
        raise Exception("URL fetch failure on weights.h5: None -- Name or service not known")

    monkeypatch.setattr(keras.applications, "DenseNet201", unreachable)
    monkeypatch.setattr(module, "_random", lambda: base)
    said: list[str] = []
    assert find_base(BaseChoice(None, tmp_path), said.append).id == base.id
    assert any("cannot be fetched" in line and "not known" in line for line in said)
    said.clear()
    assert find_base(BaseChoice(None, tmp_path), said.append).id == base.id
    assert said == [], "asked once, not at every start"


@pytest.mark.usefixtures("nothing_ships")
def test_without_tensorflow_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(BaseError, match=r"vsr\[server\]"):
        find_base(BaseChoice(None, tmp_path, offline=True))


@pytest.mark.usefixtures("nothing_ships")
def test_a_folder_that_cannot_hold_the_base_says_so(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(module, "_random", lambda: base)
    with pytest.raises(StoreError, match="--data-dir"):
        find_base(BaseChoice(None, tmp_path / "file" / "bases", offline=True))


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.weights.h5"
    path.write_bytes(b"no weights at all")
    with pytest.raises(BaseError, match=r"other\.weights\.h5"):
        find_base(BaseChoice(path, tmp_path))
