"""Local training: what it learns, and that people in one batch learn what each learns alone."""

from dataclasses import replace

import numpy as np
import pytest

from tests.shared.test_tail_head import random_network
from vsr_shared.audio.cepstrum import STATISTICS
from vsr_shared.emotions import Polarity
from vsr_shared.errors import UsageError
from vsr_shared.learning import adam
from vsr_shared.learning.adam import adam_step, fresh_moments
from vsr_shared.learning.gate import holds
from vsr_shared.learning.local_training import Lessons, LocalTraining, balanced_weights, epochs, train
from vsr_shared.learning.personalise import TRAINED_FROM, Recording, lessons_of, part_way, personalise
from vsr_shared.network.head import head_loss_and_gradient
from vsr_shared.network.parts import HEAD_SHAPES
from vsr_shared.network.tail_head import Prepared, features, loss_and_gradient, prepare
from vsr_shared.weights import Array

SETTINGS = LocalTraining(epochs=3, learning_rate=1e-3, batch_size=4)


def voice(seed: int, count: int, gap: float, segments: int = 1) -> list[Recording]:
    """Recordings of one made-up person: the polarities differ by `gap` deviations in some channels and statistics."""
    rng = np.random.default_rng(seed)
    recordings = []
    for index in range(count):
        activations = rng.normal(size=(segments, 2, 2, 1888)).astype(np.float32)
        statistics = rng.normal(size=(segments, STATISTICS)).astype(np.float32)
        for values, few in ((activations, 50), (statistics, 10)):
            values[..., :few] += gap if index % 2 else -gap
        recordings.append(Recording(activations, Polarity.POSITIVE if index % 2 else Polarity.NEGATIVE, statistics))
    return recordings


def one(seed: int = 0) -> tuple[dict[str, Array], dict[str, Array]]:
    weights, frozen = random_network(1, seed)
    return {name: array[0] for name, array in weights.items()}, frozen


def test_people_of_different_size_train_together_as_alone() -> None:
    weights, frozen = random_network(1)
    people = [lessons_of(voice(1, 11, 1.0), frozen), lessons_of(voice(2, 5, 1.0), frozen)]
    alone = [train(weights, frozen, lessons, SETTINGS, [seed]) for seed, lessons in enumerate(people)]
    wide = Lessons(
        _padded(people),
        np.stack([np.resize(p.labels[0], 11) for p in people]),
        np.stack([np.pad(p.weights[0], (0, 11 - p.weights.shape[1])) for p in people]),
    )
    together = train(weights, frozen, wide, SETTINGS, [0, 1])
    for name in weights:
        for person in range(2):
            np.testing.assert_allclose(together[name][person], alone[person][name][0], rtol=2e-3, atol=2e-5)


def _padded(people: list[Lessons]) -> Prepared:
    def join(part: str) -> Array:
        return np.stack([np.resize(getattr(p.clips, part)[0], (11, 2, 2, 1888)) for p in people])

    return Prepared(join("entry"), join("skip"))


def test_adam_takes_the_published_first_step() -> None:
    weights = {"w": np.array([[1.0, -2.0]], np.float32)}
    adam_step(weights, {"w": np.array([[0.5, -3.0]], np.float32)}, fresh_moments(weights), 0.1, np.array([True]))
    # Kingma & Ba, section 2.1: the first step is the step size, whatever the slope's size.
    np.testing.assert_allclose(weights["w"], [[0.9, -1.9]], atol=1e-5)


def test_one_compiled_pass_moves_weights_as_numpys_passes_do_to_the_last_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    random = np.random.default_rng(0)
    start, active = random.normal(size=(5, 7, 11)).astype(np.float32), np.array([True, True, False, True, True])

    def moved(compiled_from: int) -> list[np.ndarray]:
        monkeypatch.setattr(adam, "COMPILED_FROM", compiled_from)
        weights, slopes = {"w": start.copy()}, np.random.default_rng(1)
        moments = fresh_moments(weights)
        for _ in range(3):
            adam_step(weights, {"w": slopes.normal(size=start.shape).astype(np.float32)}, moments, 1e-3, active)
        return [weights["w"], moments.first["w"], moments.second["w"]]

    for one_pass, passes in zip(moved(1), moved(6), strict=True):
        np.testing.assert_array_equal(one_pass, passes)


def test_a_head_over_a_tail_at_rest_trains_as_within_the_whole_network() -> None:
    weights, frozen = random_network(1)
    lessons = lessons_of(voice(5, 6, 1.0), frozen)
    batch = next(next(epochs(lessons, LocalTraining(epochs=1), [0])))
    whole, slopes = loss_and_gradient(weights, frozen, batch.clips, batch.targets, batch.weights)
    heard = features(weights, frozen, lessons.clips)[:, batch.chosen[0]]
    loss, gradient = head_loss_and_gradient(weights, heard, batch.targets, batch.weights)
    np.testing.assert_allclose(loss, whole, rtol=1e-6)
    assert set(gradient) == set(HEAD_SHAPES)
    for name, slope in gradient.items():
        np.testing.assert_allclose(slope, slopes[name], atol=1e-6)
    trained = train(weights, frozen, lessons, LocalTraining(epochs=1), [0], moving=frozenset(HEAD_SHAPES))
    assert [name for name in trained if not np.array_equal(trained[name], weights[name])] == list(HEAD_SHAPES)


def test_a_strong_proximal_pull_keeps_the_weights_near_the_start() -> None:
    weights, frozen = random_network(1)
    lessons = lessons_of(voice(3, 8, 1.0), frozen)

    def moved(settings: LocalTraining) -> float:
        trained = train(weights, frozen, lessons, settings, [0])
        return sum(float(np.square(trained[name] - weights[name]).sum()) for name in weights)

    long = replace(SETTINGS, epochs=30)
    assert moved(replace(long, proximal=10.0)) < 0.5 * moved(long)


def test_polarities_weigh_the_same_and_recordings_too() -> None:
    labels = np.array([[1, 1, 1, 0]])
    weights = balanced_weights(labels, np.array([[0.5, 0.5, 1.0, 1.0]], np.float32))
    np.testing.assert_allclose(weights, [[0.125, 0.125, 0.25, 0.5]])


@pytest.mark.parametrize("count", [24, TRAINED_FROM])
def test_a_learnable_voice_is_learnt_and_kept(count: int) -> None:
    weights, frozen = one()
    told: list[int] = []
    settings = replace(SETTINGS, epochs=8)
    lessons = voice(4, count, 0.6, segments=2)
    result = personalise(weights, frozen, lessons, settings, on_epoch=lambda epoch, _: told.append(epoch))
    assert result.kept
    assert result.after.uar > 0.9 > result.before.uar
    assert result.after.count == count
    # A few recordings leave the network as everybody has it: nothing is trained, the memory alone learns.
    trained = count >= TRAINED_FROM
    assert told == (list(range(1, 17)) if trained else [])
    assert np.array_equal(result.weights["hidden/kernel"], weights["hidden/kernel"]) is not trained


@pytest.mark.parametrize("seed", [5, 9, 11, 12])
def test_a_voice_with_nothing_to_learn_is_not_kept(seed: int) -> None:
    """Labels that have nothing to do with the sound, taught to a network that admits to know nothing."""
    weights, frozen = one()
    undecided = weights | {"polarity/kernel": np.zeros((256, 2), np.float32), "polarity/bias": np.zeros(2, np.float32)}
    result = personalise(undecided, frozen, voice(seed, 40, 0.0), replace(SETTINGS, epochs=5))
    assert result.before.nll == pytest.approx(np.log(2))
    assert result.after.uar < 0.7
    assert not result.kept


def test_too_few_recordings_say_how_many_there_are() -> None:
    weights, frozen = one()
    with pytest.raises(UsageError, match="2 positive and 3 negative"):
        personalise(weights, frozen, voice(8, 5, 1.0), SETTINGS)


@pytest.mark.parametrize("pairs", [6, TRAINED_FROM // 2])
def test_no_recording_lies_on_both_sides(pairs: int) -> None:
    """A recording of many equal segments would be known by heart if its segments were split."""
    weights, frozen = one()
    rng = np.random.default_rng(9)
    recordings = [
        Recording(
            np.repeat(rng.normal(size=(1, 2, 2, 1888)).astype(np.float32), 6, axis=0),
            Polarity(label),
            np.repeat(rng.normal(size=(1, STATISTICS)).astype(np.float32), 6, axis=0),
        )
        for label in ["positive", "negative"] * pairs
    ]
    result = personalise(weights, frozen, recordings, replace(SETTINGS, epochs=20))
    assert result.after.uar < 0.9


@pytest.mark.parametrize("field", [{"epochs": 0}, {"learning_rate": float("nan")}, {"batch_size": 0}, {"proximal": -1}])
def test_settings_out_of_bounds_are_refused(field: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(field))):
        replace(SETTINGS, **field)


def test_prepared_clips_do_not_depend_on_the_stored_precision() -> None:
    _, frozen = one()
    activations = voice(1, 1, 1.0)[0].activations[None]
    low = prepare(activations.astype(np.float16), frozen)
    np.testing.assert_allclose(low.skip, prepare(activations, frozen).skip, atol=5e-3)


def test_the_gate_shuts_on_what_clearly_got_worse() -> None:
    labels = np.array([0, 1] * 6)
    truth, guess = np.where(labels == 1, 0.9, 0.1), np.full(12, 0.5)
    assert holds(labels, guess, truth)
    assert holds(labels, guess, guess)
    assert not holds(labels, truth, guess)
    assert not holds(labels, guess, 1 - truth)


def test_one_bad_recording_is_no_objection() -> None:
    labels = np.array([0, 1] * 6)
    after = np.where(labels == 1, 0.52, 0.48)
    after[0] = 0.6
    assert holds(labels, np.full(12, 0.5), after)


def test_one_polarity_may_not_pay_for_the_other() -> None:
    labels = np.array([1] * 30 + [0] * 6)
    before = np.where(labels == 1, 0.6, 0.4)
    always_positive = np.full(36, 0.8) + np.linspace(0, 0.01, 36)
    assert not holds(labels, before, always_positive)


def test_few_recordings_move_the_network_less_than_many() -> None:
    start, trained = {"w": np.zeros((1, 2), np.float32)}, {"w": np.ones((3, 2), np.float32)}
    np.testing.assert_allclose(part_way(start, trained, 10)["w"], np.full((3, 2), 0.1))
    np.testing.assert_allclose(part_way(start, trained, 90)["w"], np.full((3, 2), 0.5))
