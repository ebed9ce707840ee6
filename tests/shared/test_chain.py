"""Counts and metrics ride inside the vector, and the server gets the mean from the sum alone."""

import numpy as np
import pytest

from vsr_shared.errors import FederationError
from vsr_shared.federation.chain import (
    Link,
    LocalUpdate,
    decode_sum,
    encode_update,
    from_messages,
    plain,
    to_message,
)
from vsr_shared.federation.messages import RoundOffer
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.weights import digest

WEIGHTS = {"a": np.zeros((2, 2), np.float32), "b": np.zeros(3, np.float32)}
OFFER = RoundOffer("f", 1, "base", digest(WEIGHTS), WEIGHTS, LocalTraining(), 2, ("loss",), clip_norm=1e6)


def update(value: float, clips: int, loss: float) -> LocalUpdate:
    delta = {name: np.full_like(array, value) for name, array in WEIGHTS.items()}
    return LocalUpdate(delta, clips, {"loss": loss, "stays_here": 1.0})


def test_the_mean_is_weighted_by_clips() -> None:
    mean = from_messages([to_message(update(1.0, 10, 0.5), OFFER), to_message(update(4.0, 30, 0.1), OFFER)], OFFER)
    assert mean.clips == 40
    np.testing.assert_allclose(mean.delta["a"], np.full((2, 2), 3.25))
    np.testing.assert_allclose(mean.delta["b"], np.full(3, 3.25))
    assert mean.metrics == pytest.approx({"loss": 0.2})


def test_a_vector_holds_update_weight_and_metrics_and_no_more() -> None:
    np.testing.assert_array_equal(to_message(update(2.0, 5, 0.25), OFFER), [10] * 7 + [5, 1.25])


def test_the_sum_of_encoded_updates_decodes_to_their_mean() -> None:
    rng = np.random.default_rng(3)
    deltas, weights, figures = rng.normal(size=(6, 50)), rng.integers(1, 400, 6), rng.uniform(size=(6, 2))
    total = sum(
        encode_update(d, int(w), m).astype(np.float64) for d, w, m in zip(deltas, weights, figures, strict=True)
    )
    delta, weight, metrics = decode_sum(total, 2)
    np.testing.assert_allclose(delta, np.average(deltas, axis=0, weights=weights), atol=1e-5)
    np.testing.assert_allclose(metrics, np.average(figures, axis=0, weights=weights), atol=1e-5)
    assert weight == weights.sum()


def test_links_are_undone_in_reverse_order() -> None:
    doubled = Link("double", lambda vector, _: 2 * vector, lambda total, _: total / 2)
    shifted = Link("shift", lambda vector, _: vector + 1, lambda total, _: total - 2)  # two machines
    links = (doubled, plain, shifted)
    vectors = [to_message(update(1.0, 1, 1.0), OFFER, links), to_message(update(3.0, 1, 3.0), OFFER, links)]
    np.testing.assert_array_equal(vectors[0][:7], np.full(7, 3.0))
    assert from_messages(vectors, OFFER, links).metrics == pytest.approx({"loss": 2.0})


@pytest.mark.parametrize("clips", [0, -3, 1_000_001])
def test_an_impossible_number_of_clips_is_refused(clips: int) -> None:
    with pytest.raises(FederationError, match="clips"):
        to_message(update(1.0, clips, 0.0), OFFER)


def test_a_metric_that_this_machine_does_not_measure_is_refused() -> None:
    with pytest.raises(FederationError, match="loss"):
        to_message(LocalUpdate(update(1.0, 1, 0.0).delta, 1, {}), OFFER)


@pytest.mark.parametrize("total", [np.zeros(9), np.full(9, np.inf), np.full(9, -1.0)], ids=["zero", "inf", "negative"])
def test_a_sum_that_cannot_be_one_is_refused(total: np.ndarray) -> None:
    with pytest.raises(FederationError, match="makes no sense"):
        decode_sum(total, 1)


def test_no_answers_are_no_round() -> None:
    with pytest.raises(FederationError, match="no machine"):
        from_messages([], OFFER)
