"""Several sums' means become one, of which a few wild ones do not decide."""

from dataclasses import replace

import numpy as np
import pytest

from vsr_server.coordination.robust import (
    COMBINATIONS,
    Bounds,
    combine,
    coordinate_median,
    expected_noise,
    geometric_median,
    left_out,
    trimmed_mean,
)
from vsr_shared.federation.chain import Mean
from vsr_shared.privacy.noise_terms import NoiseTerms
from vsr_shared.secure_sum.quantise import Quantisation

RANGES = Quantisation(update_range=0.5, most_clips=50, metric_range=4.0)
BOUNDS = Bounds(clip_norm=1.0, ranges=RANGES)


def a_mean(values: list[float], clips: float = 20.0, loss: float = 0.5) -> Mean:
    return Mean({"weights": np.array(values, np.float32)}, clips, {"nll_before": loss})


def some_means(count: int, size: int = 40, seed: int = 0) -> list[Mean]:
    random = np.random.default_rng(seed)
    return [a_mean(list(0.01 + 0.002 * random.normal(size=size))) for _ in range(count)]


def test_one_sum_is_its_mean() -> None:
    (alone,) = some_means(1)
    found = combine([alone])
    np.testing.assert_allclose(found.delta["weights"], alone.delta["weights"], rtol=1e-6)
    assert (found.clips, found.metrics) == (alone.clips, alone.metrics)


def test_two_sums_are_averaged_by_their_clips() -> None:
    found = combine([a_mean([0.0, 1.0], clips=30, loss=1.0), a_mean([1.0, 0.0], clips=10, loss=0.2)])
    np.testing.assert_allclose(found.delta["weights"], [0.25, 0.75])
    assert found.clips == 40
    assert found.metrics["nll_before"] == pytest.approx(0.8)


@pytest.mark.parametrize("wild", [1, 2])
def test_of_five_sums_two_wild_ones_move_little(wild: int) -> None:
    honest = some_means(5)
    poisoned = [a_mean([-0.9] * 40, loss=0.0)] * wild
    found = combine([*honest[wild:], *poisoned])
    away = np.linalg.norm(found.delta["weights"] - np.mean([mean.delta["weights"] for mean in honest], axis=0))
    averaged = np.linalg.norm(np.mean([mean.delta["weights"] for mean in [*honest[wild:], *poisoned]], axis=0) - 0.01)
    assert away < 0.05 * averaged
    assert found.metrics["nll_before"] == 0.5


def test_most_sums_decide_even_where_they_are_the_wild_ones() -> None:
    honest, poisoned = some_means(2), [a_mean([-0.9] * 40)] * 3
    assert combine([*honest, *poisoned]).delta["weights"].mean() < -0.8


def test_a_sum_counts_the_same_however_many_clips_it_claims() -> None:
    means = some_means(4)
    greedy = replace(means[0], clips=1e6)
    plain, claimed = combine(means), combine([greedy, *means[1:]])
    np.testing.assert_array_equal(plain.delta["weights"], claimed.delta["weights"])


def test_the_geometric_median_of_points_on_a_line_is_their_median() -> None:
    found = geometric_median(np.array([[0.0], [1.0], [2.0], [3.0], [100.0]], np.float32))
    assert found == pytest.approx([2.0], abs=1e-2)


def test_the_geometric_median_of_a_triangle_sees_its_sides_under_equal_angles() -> None:
    corners = np.array([[0, 0], [4, 0], [1, 3]], np.float32)
    point = geometric_median(corners)
    ways = corners - point
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    np.testing.assert_allclose(ways.sum(axis=0), 0, atol=1e-3)


def test_equal_vectors_are_their_own_median() -> None:
    for combination in COMBINATIONS.values():
        np.testing.assert_allclose(combination(np.full((4, 3), 0.25, np.float32)), 0.25)
        np.testing.assert_array_equal(combination(np.zeros((3, 5), np.float32)), 0)


def test_median_and_trimmed_mean_leave_out_the_ends() -> None:
    vectors = np.array([[0.0, 9.0], [1.0, 1.0], [2.0, 2.0], [99.0, 3.0]], np.float32)
    np.testing.assert_allclose(coordinate_median(vectors), [1.5, 2.5])
    np.testing.assert_allclose(trimmed_mean(vectors), [1.5, 2.5])
    np.testing.assert_allclose(trimmed_mean(vectors[:2]), [0.5, 5.0])


@pytest.mark.parametrize(
    ("poisoned", "why"),
    [
        (a_mean([0.4] * 40), "length 2.53, honest machines reach 1"),
        (a_mean([0.9] + [0.0] * 39), "beyond the range of 0.5"),
        (a_mean([0.01] * 40, clips=1_000), "claim 1000 clips"),
        (a_mean([0.01] * 40, loss=9.0), "nll_before cannot be"),
        (a_mean([0.01] * 40, loss=-3.0), "nll_before cannot be"),
        (a_mean([float("nan")] * 40), "length nan"),
    ],
)
def test_what_honest_machines_cannot_add_up_to_is_left_out(poisoned: Mean, why: str) -> None:
    assert why in left_out(poisoned, 5, BOUNDS)


def test_what_honest_machines_add_up_to_is_not() -> None:
    assert left_out(a_mean([1 / np.sqrt(40)] * 40), 5, BOUNDS) == ""
    assert left_out(a_mean([0.0] * 40, clips=250), 5, BOUNDS) == ""


def test_noise_of_differential_privacy_is_not_taken_for_poison() -> None:
    noise = NoiseTerms(noise_multiplier=1.0, delta=1e-4, population=1_000)
    size, people, random = 4_000, 8, np.random.default_rng(1)
    noisy = a_mean(list(random.normal(scale=np.sqrt(people / 2) / people, size=size)))
    assert left_out(noisy, people, BOUNDS)
    longest = expected_noise(noise, BOUNDS.clip_norm, size, people)
    assert left_out(noisy, people, replace(BOUNDS, noise_norm=longest)) == ""
    assert left_out(a_mean(list(3 * noisy.delta["weights"])), people, replace(BOUNDS, noise_norm=longest))
    assert expected_noise(None, 1.0, size, people) == 0
