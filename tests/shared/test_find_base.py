"""Which base a machine starts from: what ships, or what the person named, and never another instead."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
keras = pytest.importorskip("keras")

from tests.shared.small_base import put, small_base  # noqa: E402
from vsr_shared import find_base as module  # noqa: E402
from vsr_shared.audio.spectrogram import SpectrogramSpec  # noqa: E402
from vsr_shared.base import Base, write_base  # noqa: E402
from vsr_shared.errors import BaseError, StoreError  # noqa: E402
from vsr_shared.find_base import IMAGENET, RANDOM, BaseChoice, about, find_base  # noqa: E402
from vsr_shared.network.image_input import network_input  # noqa: E402
from vsr_shared.network.keras_model import build_network  # noqa: E402
from vsr_shared.prediction import Predictor  # noqa: E402


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


@pytest.mark.parametrize("folder", ["with a base", "without one"])
def test_a_base_named_by_path_comes_before_what_ships(folder: str, tmp_path: Path) -> None:
    mine, ships = small_base(seed=1), small_base()
    (tmp_path / "mine.vsr").write_bytes(write_base(mine))
    if folder == "with a base":
        put(tmp_path / "bases", ships)
    choice = BaseChoice(tmp_path / "mine.vsr", tmp_path / "cache", shipped=tmp_path / "bases")
    assert find_base(choice).id == mine.id
    assert not (tmp_path / "cache").exists()


def test_random_weights_are_a_wish_of_their_own_and_built_once(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_random", lambda: base)
    said: list[str] = []
    assert find_base(BaseChoice(RANDOM, tmp_path), said.append).id == base.id
    assert find_base(BaseChoice(Path("random"), tmp_path), said.append).id == base.id
    assert len(said) == 1, "built once, then taken from the cache"
    assert "mean nothing until they are taught" in about(base)


def test_imagenet_is_never_replaced_by_random_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(**_: object) -> None:
        raise Exception("URL fetch failure on weights.h5: None -- Name or service not known")

    monkeypatch.setattr(keras.applications, "DenseNet201", unreachable)
    with pytest.raises(BaseError, match=r"cannot be fetched \(Name or service not known\).* --base"):
        find_base(BaseChoice(IMAGENET, tmp_path))
    with pytest.raises(BaseError, match="--offline"):
        find_base(BaseChoice(IMAGENET, tmp_path, offline=True))
    assert list(tmp_path.iterdir()) == []


def test_without_tensorflow_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(BaseError, match=r"vsr\[server\]"):
        find_base(BaseChoice(RANDOM, tmp_path))


def test_a_folder_that_cannot_hold_the_base_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(module, "_random", small_base)
    with pytest.raises(StoreError, match="--data-dir"):
        find_base(BaseChoice(RANDOM, tmp_path / "file" / "bases"))


def test_a_damaged_base_in_the_cache_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_random", small_base)
    find_base(BaseChoice(RANDOM, tmp_path))
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:-1])
    with pytest.raises(BaseError, match=f"{kept.name}.*deleted it, it is built again"):
        find_base(BaseChoice(RANDOM, tmp_path))


@pytest.mark.parametrize("name", ["nothing.vsr", "damaged.vsr", "folder.vsr", "pipe.vsr", "closed.vsr", "huge.vsr"])
def test_a_file_that_is_no_base_is_named_and_no_reason_to_take_another(name: str, tmp_path: Path) -> None:
    (tmp_path / "damaged.vsr").write_bytes(b"PK\x03\x04 not really")
    (tmp_path / "folder.vsr").mkdir()
    os.mkfifo(tmp_path / "pipe.vsr")
    (tmp_path / "closed.vsr").touch(mode=0)
    with (tmp_path / "huge.vsr").open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(BaseError, match=name.replace(".", r"\.")):
        find_base(BaseChoice(tmp_path / name, tmp_path / "cache"))
    assert not (tmp_path / "cache").exists()


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.weights.h5"
    path.write_bytes(b"no weights at all")
    with pytest.raises(BaseError, match=r"other\.weights\.h5"):
        find_base(BaseChoice(path, tmp_path))
