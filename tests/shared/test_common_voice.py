"""The common voice: what many people's cepstral statistics teach, and what a person's own centre is worth."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tests.shared.test_tail_head import random_network
from vsr_shared.audio.cepstrum import STATISTICS
from vsr_shared.emotions import Polarity
from vsr_shared.learning.common_voice import SHAPES, Voice, learn_voice, silent_voice, split_voice
from vsr_shared.learning.few_clips import remember_few
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.learning.memory import split_memory
from vsr_shared.learning.personalise import Recording, lessons_of, personalise
from vsr_shared.network.parts import MEASURES
from vsr_shared.prediction import judged
from vsr_shared.weights import Array

SETTINGS = LocalTraining(epochs=2, learning_rate=1e-4, batch_size=8)


def person(seed: int, count: int = 40) -> tuple[Array, npt.NDArray[np.int64]]:
    """Somebody far from everybody else, whose positive segments lie along the same direction as everybody's."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % 2)
    statistics = rng.normal(size=(count, 40)) + 5 * rng.normal(size=40)
    statistics[:, :5] += np.where(labels == 1, 1.0, -1.0)[:, None]
    return statistics.astype(np.float32), labels


def learnt(rounds: int = 10, people: int = 8) -> Voice:
    """What rounds of plain means over people come to."""
    common = silent_voice()
    for _ in range(rounds):
        each = [learn_voice(common, *person(seed), np.ones(40, np.float32), np.zeros(40)) for seed in range(people)]
        arrays = [one.to_arrays() for one in each]
        mean = {name: np.mean([one[name] for one in arrays], axis=0) for name in SHAPES}
        voice = split_voice(mean)[1]
        assert voice is not None
        common = voice
    return common


def test_a_newcomer_is_heard_by_what_others_taught_once_their_own_centre_is_known() -> None:
    common = learnt()
    newcomers = [person(seed) for seed in range(100, 120)]
    own, everybodys = (
        float(np.mean([((said(statistics) >= 0) == labels).mean() for statistics, labels in newcomers]))
        for said in (lambda one: common.of_person(one).shift(one), common.shift)
    )
    assert own > 0.85
    assert everybodys < 0.75


def test_each_round_of_a_person_alone_comes_nearer_to_one_answer() -> None:
    statistics, labels = person(1)
    voice, steps = silent_voice(), []
    for _ in range(30):
        after = learn_voice(voice, statistics, labels, np.ones(40, np.float32), np.zeros(40))
        steps.append(float(np.abs(after.kernel - voice.kernel).max()))
        voice = after
    assert steps[-1] < 0.05 * steps[1]


def test_a_person_of_one_polarity_or_of_one_segment_teaches_without_harm() -> None:
    statistics, _ = person(2)
    for count in (1, 40):
        ones = np.ones(count, np.int64)
        voice = learn_voice(silent_voice(), statistics[:count], ones, np.ones(count, np.float32), np.zeros(count))
        assert all(np.isfinite(array).all() for array in voice.to_arrays().values())
    np.testing.assert_array_equal(
        learn_voice(silent_voice(), statistics[:1], np.ones(1, np.int64), np.ones(1, np.float32), np.zeros(1)).within,
        np.ones(40),
    )


def test_a_voice_travels_as_named_arrays_and_a_silent_one_changes_nothing() -> None:
    arrays = learnt(1, 2).to_arrays()
    assert {name: array.shape for name, array in arrays.items()} == dict(SHAPES)
    others, voice = split_voice({"hidden/bias": np.zeros(3, np.float32), **arrays})
    assert set(others) == {"hidden/bias"} and voice is not None
    np.testing.assert_array_equal(voice.kernel, arrays["voice/kernel"])
    statistics, _ = person(3)
    assert not silent_voice().shift(statistics).any()
    np.testing.assert_array_equal(silent_voice().scaled(statistics), statistics)
    assert split_voice(others) == (others, None)


def recordings(seed: int, count: int) -> list[Recording]:
    rng = np.random.default_rng(seed)
    statistics, labels = person(seed, count)
    kinds = (Polarity.NEGATIVE, Polarity.POSITIVE)
    statistics = np.pad(statistics, ((0, 0), (0, STATISTICS - MEASURES)))
    return [
        Recording(rng.normal(size=(1, 1, 2, 1888)).astype(np.float32), kinds[label], statistics[row : row + 1])
        for row, label in enumerate(labels)
    ]


def odds_of(weights: dict[str, Array], frozen: dict[str, Array], taught: list[Recording]) -> Array:
    others, voice = split_voice(weights)
    layers, memory = split_memory(others)
    lead = {name: array[None] for name, array in layers.items()}
    activations, statistics = (np.concatenate([getattr(r, n) for r in taught]) for n in ("activations", "statistics"))
    return judged(lead, memory, frozen, activations, statistics, voice)


def test_personal_training_with_a_voice_keeps_it_with_the_persons_own_centre() -> None:
    weights, frozen = random_network(1)
    start = {name: array[0] * np.float32(0.1) for name, array in weights.items()}
    taught = recordings(50, 12)
    common = learnt()
    result = personalise(start, frozen, taught, SETTINGS, voice=common)
    _, voice = split_voice(result.weights)
    assert voice is not None
    everything = np.concatenate([one.statistics for one in taught])
    np.testing.assert_allclose(voice.centre, common.of_person(everything[:, :MEASURES]).centre)
    without = personalise(start, frozen, taught, SETTINGS)
    assert result.before.auroc > without.before.auroc
    assert split_voice(without.weights)[1] is None


def test_a_silent_voice_leaves_personal_training_as_it_is() -> None:
    weights, frozen = random_network(1)
    start = {name: array[0] for name, array in weights.items()}
    taught = recordings(51, 8)
    plain = personalise(start, frozen, taught, SETTINGS)
    silent = personalise(start, frozen, taught, SETTINGS, voice=silent_voice())
    assert plain.after == silent.after
    np.testing.assert_array_equal(plain.weights["memory/pull"], silent.weights["memory/pull"])


def test_even_one_recording_can_be_remembered() -> None:
    weights, frozen = random_network(1)
    start = {name: array[0] * np.float32(0.1) for name, array in weights.items()}
    one = recordings(52, 2)[:1]
    wrong = replace(one[0], polarity=Polarity.NEGATIVE), replace(one[0], polarity=Polarity.POSITIVE)
    said = [odds_of(remember_few(start, frozen, [taught], learnt(2, 3)), frozen, one)[0] for taught in wrong]
    assert said[0] < 0.5 < said[1]
    assert lessons_of(one, frozen).weights.sum() == 1
