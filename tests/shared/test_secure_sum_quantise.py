"""Updates as whole numbers: near the floats, never wrapping, counts and metrics inside."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vsr_shared.errors import FederationError
from vsr_shared.secure_sum.quantise import Quantisation, average, largest, quantise


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 128), st.integers(1, 60), st.floats(0.01, 50), st.integers(0, 2**32))
def test_the_mean_is_that_of_the_floats_within_the_steps(
    cohort: int, size: int, update_range: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    ranges = Quantisation(update_range, most_clips=200, metric_range=4.0)
    deltas = rng.uniform(-update_range, update_range, (cohort, size)).astype(np.float32)
    clips, figures = rng.integers(1, 400, cohort), rng.uniform(-4, 4, (cohort, 2))
    words = [quantise(d, int(c), m, ranges, cohort) for d, c, m in zip(deltas, clips, figures, strict=True)]
    found = average(np.sum(words, axis=0, dtype=np.uint32), 2, ranges, cohort)
    counted = np.minimum(clips, 200)
    # Each machine rounds by half a step at most, and so does the weight that all is divided by.
    bound = 2 * cohort / largest(cohort) / (counted.sum() / 200)
    np.testing.assert_allclose(found.delta, np.average(deltas, axis=0, weights=counted), atol=update_range * bound)
    np.testing.assert_allclose(found.metrics, np.average(figures, axis=0, weights=counted), atol=4.0 * bound)
    assert found.clips == pytest.approx(counted.sum(), rel=1e-4)


@pytest.mark.parametrize("cohort", [3, 10, 100, 128])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_whole_cohort_at_the_end_of_the_range_does_not_wrap(cohort: int, sign: int) -> None:
    vector = quantise(np.full(4, sign * 1e9, np.float32), 10**6, [sign * 1e9], Quantisation(), cohort)
    found = average(vector * np.uint32(cohort), 1, Quantisation(), cohort)
    np.testing.assert_allclose(found.delta, sign * 1.0)
    assert (found.clips, found.metrics) == (pytest.approx(cohort * 1_000), pytest.approx((sign * 10.0,)))


def test_zero_stays_zero() -> None:
    assert not quantise(np.zeros(3, np.float32), 5, [0.0], Quantisation(), 10)[[0, 1, 2, 4]].any()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_not_sent(value: float) -> None:
    with pytest.raises(FederationError, match="not finite"):
        quantise(np.array([0, value], np.float32), 5, [], Quantisation(), 10)
    with pytest.raises(FederationError, match="not finite"):
        quantise(np.zeros(2, np.float32), 5, [value], Quantisation(), 10)
    with pytest.raises(FederationError, match="not finite"):
        quantise(np.array([np.inf, -np.inf], np.float32), 5, [], Quantisation(), 10)


def test_an_update_from_nothing_is_not_sent() -> None:
    with pytest.raises(FederationError, match="at least one clip"):
        quantise(np.zeros(2, np.float32), 0, [], Quantisation(), 10)


@pytest.mark.parametrize("weight", [0, 2**32 - 1])
def test_a_sum_that_cannot_be_one_is_refused(weight: int) -> None:
    with pytest.raises(FederationError, match="makes no sense"):
        average(np.array([1, 2, weight], np.uint32), 0, Quantisation(), 10)


@pytest.mark.parametrize("ranges", [(0.0, 1, 1.0), (1.0, 0, 1.0), (1.0, 1, -1.0), (float("nan"), 1, 1.0)])
def test_impossible_ranges_are_refused(ranges: tuple[float, int, float]) -> None:
    with pytest.raises(FederationError, match="ranges"):
        Quantisation(*ranges)
