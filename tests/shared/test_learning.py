"""Local training: what it learns, and that people in one batch learn what each learns alone."""

from dataclasses import replace

import numpy as np
import pytest

from tests.shared.test_tail_head import random_network
from vsr_shared.emotions import Polarity
from vsr_shared.errors import UsageError
from vsr_shared.learning.adam import adam_step, fresh_moments
from vsr_shared.learning.local_training import Lessons, LocalTraining, balanced_weights, train
from vsr_shared.learning.personalise import Recording, lessons_of, personalise, wins
from vsr_shared.learning.temperature import best_temperature, sigmoid, tempered
from vsr_shared.network.tail_head import Prepared, logits, prepare
from vsr_shared.weights import Array

SETTINGS = LocalTraining(epochs=3, learning_rate=1e-3, batch_size=4)


def voice(seed: int, count: int, gap: float, segments: int = 1) -> list[Recording]:
    """Recordings of one made-up person: the polarities differ by `gap` deviations in some channels."""
    rng = np.random.default_rng(seed)
    recordings = []
    for index in range(count):
        activations = rng.normal(size=(segments, 2, 2, 1888)).astype(np.float32)
        activations[..., :50] += gap if index % 2 else -gap
        recordings.append(Recording(activations, Polarity.POSITIVE if index % 2 else Polarity.NEGATIVE))
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


def test_a_learnable_voice_is_learnt_and_kept() -> None:
    weights, frozen = one()
    result = personalise(weights, frozen, voice(4, 24, 0.6, segments=2), replace(SETTINGS, epochs=8))
    assert result.kept
    assert result.after.uar > 0.9 > result.before.uar
    assert result.after.count == 24


def test_a_voice_with_nothing_to_learn_is_not_kept() -> None:
    weights, frozen = one()
    kept = [personalise(weights, frozen, voice(seed, 20, 0.0), replace(SETTINGS, epochs=20)) for seed in (5, 6, 7)]
    # Labels that have nothing to do with the sound can only be learnt by heart.
    assert all(result.after.uar < 0.8 for result in kept)


def test_too_few_recordings_say_how_many_there_are() -> None:
    weights, frozen = one()
    with pytest.raises(UsageError, match="2 positive and 3 negative"):
        personalise(weights, frozen, voice(8, 5, 1.0), SETTINGS)


def test_no_recording_lies_on_both_sides() -> None:
    """A recording of many equal segments would be known by heart if its segments were split."""
    weights, frozen = one()
    rng = np.random.default_rng(9)
    recordings = [
        Recording(np.repeat(rng.normal(size=(1, 2, 2, 1888)).astype(np.float32), 6, axis=0), Polarity(label))
        for label in ["positive", "negative"] * 6
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


def test_a_gain_that_luck_could_explain_does_not_win() -> None:
    labels = np.array([0, 1] * 6)
    truth = np.where(labels == 1, 0.9, 0.1)
    assert wins(labels, np.full(12, 0.5), truth)
    assert not wins(labels, truth, np.full(12, 0.5))
    lucky = np.where(labels == 1, 0.45, 0.55)
    lucky[:2] = [0.01, 0.99]
    assert not wins(labels, np.full(12, 0.5), lucky)
    sure_of_one = np.where(labels == 1, 0.99, 0.501)
    assert not wins(labels, np.where(labels == 1, 0.6, 0.4), sure_of_one), "one polarity may not pay for the other"


def test_an_overconfident_voice_is_tempered() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 1, 4000)
    labels = (rng.random(4000) < sigmoid(truth)).astype(np.int64)
    owner = np.arange(4000)
    assert best_temperature(labels, 3 * truth, owner) == pytest.approx(3, rel=0.1)
    assert best_temperature(labels[:2], 3 * truth[:2], owner[:2]) < 3, "two recordings say little"
    weights, frozen = one()
    clips = prepare(voice(1, 4, 1.0)[0].activations[None], frozen)

    def odds(network: dict[str, Array]) -> Array:
        values = logits({name: array[None] for name, array in network.items()}, frozen, clips)
        return values[..., 1] - values[..., 0]

    np.testing.assert_allclose(odds(tempered(weights, 2.0)), odds(weights) / 2, rtol=1e-4)
