"""A person's memory: what it pulls where, how far, and what it leaves alone."""

import numpy as np
import pytest

from vsr_shared.learning.memory import MOST, Memory, remember, split_memory
from vsr_shared.learning.odds import sigmoid

TWO_PLACES = np.array([[0.0] * 40, [1.0] * 40], np.float32)


def taught(count: int, seed: int = 0, mistaken: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Statistics and labels of recordings in two places, a polarity each; a share of the labels is wrong."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    statistics = (TWO_PLACES[labels] + rng.normal(0, 0.1, (count, 40))).astype(np.float32)
    return statistics, np.where(rng.random(count) < mistaken, 1 - labels, labels)


def remembered(statistics: np.ndarray, labels: np.ndarray, odds: np.ndarray | None = None) -> Memory:
    count = len(labels)
    return remember(
        statistics, labels, np.full(count, 1 / count, np.float32), np.zeros(count) if odds is None else odds
    )


def test_what_sounds_like_a_recording_is_pulled_towards_its_label() -> None:
    memory = remembered(*taught(12))
    negative, positive = memory.shift(TWO_PLACES)
    assert negative < -1 and positive > 1


def test_what_sounds_like_nothing_taught_is_left_to_the_network() -> None:
    memory = remembered(*taught(12))
    np.testing.assert_allclose(memory.shift(np.full((3, 40), 9.0, np.float32)), 0, atol=1e-9)


def test_what_the_network_gets_right_needs_little_pull() -> None:
    statistics, labels = taught(12)
    certain = np.where(labels == 1, 8.0, -8.0)
    assert np.abs(remembered(statistics, labels, certain).pull).sum() < 0.5
    assert np.abs(remembered(statistics, labels, -certain).pull).sum() > 5


def test_it_is_the_best_there_is() -> None:
    """No pull near the one found has a lower cost: cross-entropy plus the process' own (Rasmussen & Williams 3.12)."""
    from vsr_shared.learning.memory import STRENGTH

    statistics, labels = taught(20, mistaken=0.2)
    odds = np.random.default_rng(1).normal(size=20)
    memory = remembered(statistics, labels, odds)
    squared = np.square(statistics[:, None] - statistics[None]).sum(axis=2)
    kernel = np.exp(-memory.sharpness * squared.astype(np.float64))

    def cost(pull: np.ndarray) -> float:
        said = sigmoid(odds + kernel @ pull)
        fit = -np.log(np.where(labels == 1, said, 1 - said)).sum()
        return float(fit + pull @ kernel @ pull / (2 * STRENGTH))

    rng = np.random.default_rng(2)
    least = cost(memory.pull.astype(np.float64))
    assert all(least <= cost(memory.pull + 0.05 * rng.normal(size=20)) for _ in range(50))


def test_polarities_that_weigh_the_same_leave_the_middle_where_it_was() -> None:
    statistics, labels = taught(12)
    middle = TWO_PLACES.mean(axis=0, keepdims=True)
    assert abs(remembered(statistics, labels).shift(middle)[0]) < 0.2


def test_it_is_kept_with_the_layers_and_found_again() -> None:
    memory = remembered(*taught(8))
    layer = {"hidden/bias": np.ones(3, np.float32)}
    layers, found = split_memory(layer | memory.to_arrays())
    assert layers.keys() == layer.keys()
    assert found is not None
    np.testing.assert_allclose(found.shift(TWO_PLACES), memory.shift(TWO_PLACES), rtol=1e-6)
    assert split_memory(layer) == (layer, None)


def test_recordings_that_are_all_alike_break_nothing() -> None:
    memory = remembered(np.zeros((6, 40), np.float32), np.array([0, 1] * 3))
    np.testing.assert_allclose(memory.shift(np.zeros((1, 40), np.float32)), 0, atol=1e-6)


@pytest.mark.parametrize("count", [1, MOST + 5])
def test_one_recording_and_very_many_are_remembered(count: int) -> None:
    statistics, labels = taught(count)
    memory = remembered(statistics, labels)
    assert len(memory.pull) == min(count, MOST)
    assert np.isfinite(memory.shift(statistics[:2])).all()
