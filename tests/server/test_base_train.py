"""A base learns from voices, goes on after a kill as if nothing had happened, and stops when it must."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.server.base_voices import write_voices
from vsr_server.base.training.averaging import settle_statistics
from vsr_server.base.training.checkpoint import load_state
from vsr_server.base.training.recipe import Phase, Recipe
from vsr_server.base.training.run import load_data, run
from vsr_server.base.training.sampling import chances, draw
from vsr_server.base.training.train import Data, predict, train, validation_reading
from vsr_server.base.training.training_network import prepare_phase, shipped_part, training_network
from vsr_server.base.who import Who
from vsr_server.corpora.clip import Clip
from vsr_shared.emotions import Emotion
from vsr_shared.errors import BaseError, UsageError
from vsr_shared.network.image_input import network_input

pytest.importorskip("keras", reason="training needs the extra `server`")

QUICK = Recipe(
    backbone="small_cnn",
    phases=(Phase("head", 3, 3e-3), Phase("all", 7, 3e-3)),
    batch_size=8,
    warmup_steps=2,
    validate_every=5,
    average=0.6,
    augmentation=0.3,
    seed=3,
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    folder = tmp_path_factory.mktemp("base")
    found, _ = load_data(write_voices(folder / "voices"), Who(["c"], ["d"]), folder / "cache", lambda _: None)
    return found


def weights_of(network: object) -> list[np.ndarray]:
    return [np.array(array) for array in network.get_weights()]  # type: ignore[attr-defined]


def test_high_and_low_tones_are_told_apart_on_a_speaker_never_heard(data: Data, tmp_path: Path) -> None:
    trained = train(replace(QUICK, phases=(Phase("all", 40, 3e-3),)), data, tmp_path / "c.npz")
    assert trained.steps == 40
    assert validation_reading(trained.network, data, 40, 0.0).auroc > 0.9
    recordings, positive = predict(trained.network, data.validate)
    assert len(recordings) == len(positive) == 6


def test_a_run_that_was_killed_ends_as_one_that_was_not(data: Data, tmp_path: Path) -> None:
    undisturbed = train(QUICK, data, tmp_path / "a.npz")
    train(QUICK, data, tmp_path / "b.npz", stop_after=7)
    stopped = load_state(tmp_path / "b.npz", load_key(tmp_path / "b.npz"))
    assert stopped is not None
    assert stopped.step == 7
    resumed = train(QUICK, data, tmp_path / "b.npz")
    for a, b in zip(weights_of(undisturbed.network), weights_of(resumed.network), strict=True):
        assert np.allclose(a, b, atol=1e-4)
    assert resumed.readings[-1].step == undisturbed.readings[-1].step == 10


def load_key(path: Path) -> str:
    with np.load(path) as stored:
        return str(json.loads(stored["plain"].tobytes())["key"])


def test_a_checkpoint_of_another_recipe_or_a_damaged_one_is_refused(data: Data, tmp_path: Path) -> None:
    train(QUICK, data, tmp_path / "c.npz", stop_after=2)
    with pytest.raises(BaseError, match="another recipe or other data"):
        train(replace(QUICK, seed=4), data, tmp_path / "c.npz")
    whole = (tmp_path / "c.npz").read_bytes()
    (tmp_path / "c.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BaseError, match="is damaged"):
        train(QUICK, data, tmp_path / "c.npz")


def test_training_stops_when_validation_no_longer_improves(data: Data, tmp_path: Path) -> None:
    recipe = replace(QUICK, phases=(Phase("all", 300, 0.05),), validate_every=2, patience=2)
    trained = train(recipe, data, tmp_path / "c.npz")
    assert trained.steps < 300
    lowest = min(reading.nll for reading in trained.readings)
    assert validation_reading(trained.network, data, 0, 0.0).nll == pytest.approx(lowest, abs=1e-3)


def test_a_phase_trains_the_parameters_that_it_says() -> None:
    recipe = replace(QUICK, backbone="densenet201")
    network = training_network(recipe, (32, 32))
    emotion = 256 * 8 + 8
    for phase, count in ((Phase("tail", 5, 1e-3), 774_914), (Phase("head", 5, 1e-3), 492_290)):
        prepare_phase(network, phase, recipe)
        assert sum(int(np.prod(v.shape)) for v in network.trainable_variables) == count + emotion
    assert shipped_part(network).count_params() == 18_814_274


def test_settled_statistics_are_those_of_the_training_images(data: Data) -> None:
    network = training_network(QUICK, (64, 87))
    first = next(layer for layer in network.layers if "normalization" in layer.name)
    count = len(data.train.pictures)
    settle_statistics(network, data.train, np.full(count, 1 / count), (0,), 30)
    from keras import Model, ops

    maps = ops.convert_to_numpy(Model(network.input, first.input)(network_input(data.train.pictures)))
    assert np.allclose(np.array(first.moving_mean), maps.mean(axis=(0, 1, 2)), atol=0.05)
    assert np.allclose(np.array(first.moving_variance), maps.var(axis=(0, 1, 2)), rtol=0.3)
    assert first.momentum == QUICK.batch_norm_momentum


def test_a_run_leaves_a_result_that_says_how_it_came_to_be(tmp_path: Path) -> None:
    folder = write_voices(tmp_path / "voices")
    outcome = run(
        QUICK, folder, Who(["c"], ["d"]), tmp_path / "out", tmp_path / "cache", lambda _: None, lambda _: None
    )
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    assert result["recipe"]["seed"] == 3
    assert len(result["data_sha256"]) == 64
    assert result["temperature"] == pytest.approx(outcome.temperature)
    assert [reading["step"] for reading in result["readings"]] == [3, 5, 10]
    assert (tmp_path / "out" / "curves.png").read_bytes().startswith(b"\x89PNG")


def spread(counts: dict[tuple[str, str, Emotion], int]) -> list[Clip]:
    return [Clip(Path(f"{key}-{i}"), key[0], key[1], "", key[2]) for key, count in counts.items() for i in range(count)]


def test_no_corpus_and_no_polarity_drowns_the_others() -> None:
    voices = spread(
        {
            ("big", "a", Emotion.SAD): 900,
            ("big", "a", Emotion.HAPPY): 100,
            ("small", "b", Emotion.SAD): 3,
            ("small", "c", Emotion.CALM): 9,
        }
    )
    chance = chances(voices, {"big": 0.6, "small": 0.4})
    assert chance.sum() == pytest.approx(1)
    by = {"big": 0.0, "small": 0.0, "positive": 0.0}
    for voice, share in zip(voices, chance, strict=True):
        by[voice.corpus] += share
        by["positive"] += share * voice.positive
    assert by == pytest.approx({"big": 0.6, "small": 0.4, "positive": 0.5})


def test_a_batch_depends_on_seed_and_step_alone(data: Data) -> None:
    chance = chances([data.voices[i] for i in data.train.recording], {})
    first, again, other = (draw(data.train, data.voices, chance, QUICK, step) for step in (5, 5, 6))
    assert (first.inputs == again.inputs).all()
    assert not np.allclose(first.inputs, other.inputs)
    assert first.inputs.shape == (8, 64, 87, 3)
    assert np.allclose(first.polarity.sum(axis=1), 1)
    assert np.allclose(first.emotion.sum(axis=1), 1)


def test_mixup_mixes_pictures_and_targets_alike(data: Data) -> None:
    chance = chances([data.voices[i] for i in data.train.recording], {})
    recipe = replace(QUICK, mixup=0.4, label_smoothing=0.0)
    batches = [draw(data.train, data.voices, chance, recipe, step) for step in range(6)]
    assert any(((batch.polarity > 0.01) & (batch.polarity < 0.99)).any() for batch in batches)
    assert all(np.allclose(batch.polarity.sum(axis=1), 1) for batch in batches)


def test_a_later_phase_may_vary_more() -> None:
    recipe = replace(QUICK, phases=(Phase("all", 3, 1e-3), Phase("all", 2, 1e-3, variety=2.0)))
    assert [recipe.phase_at(step).variety for step in range(6)] == [1, 1, 1, 2, 2, 2]
    with pytest.raises(UsageError, match="variety"):
        Phase("all", 1, 1e-3, variety=-1)


@pytest.mark.parametrize(
    "wrong", [{"batch_size": 0}, {"label_smoothing": 0.9}, {"phases": ()}, {"average": 1.0}, {"augmentation": 2}]
)
def test_a_recipe_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="recipe"):
        replace(QUICK, **wrong)  # type: ignore[arg-type]
