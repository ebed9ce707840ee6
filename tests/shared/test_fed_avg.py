"""Federated averaging against answers known on paper."""

import numpy as np
import pytest

from vsr_shared.errors import UsageError, VsrError
from vsr_shared.learning.fed_avg import fed_avg, state_from_bytes, state_to_bytes

START = {"w": np.array([1.0, 2.0], np.float32), "b": np.array([[0.5]], np.float32)}
DELTA = {"w": np.array([3.0, -4.0], np.float32), "b": np.array([[0.0]], np.float32)}


def test_at_rate_one_the_server_moves_to_the_mean() -> None:
    algorithm = fed_avg()
    state, figures = algorithm.apply(algorithm.init(START), DELTA)
    np.testing.assert_array_equal(state.weights["w"], [4.0, -2.0])
    np.testing.assert_array_equal(state.weights["b"], [[0.5]])
    assert figures == pytest.approx({"update_norm": 5.0, "step_norm": 5.0})


def test_the_server_rate_scales_the_step() -> None:
    algorithm = fed_avg(server_learning_rate=0.5)
    state, _ = algorithm.apply(algorithm.init(START), DELTA)
    np.testing.assert_array_equal(state.weights["w"], [2.5, 0.0])


def test_momentum_follows_the_geometric_series() -> None:
    algorithm = fed_avg(momentum=0.5)
    state = algorithm.init(START)
    for _ in range(3):
        state, _ = algorithm.apply(state, DELTA)
    # Steps of 1, 1.5 and 1.75 deltas: 4.25 in all.
    np.testing.assert_allclose(state.weights["w"], [1 + 4.25 * 3, 2 - 4.25 * 4])
    np.testing.assert_allclose(state.velocity["w"], [1.75 * 3, -1.75 * 4])


def test_a_saved_state_goes_on_exactly_where_it_stood() -> None:
    algorithm = fed_avg(0.7, 0.9)
    state, _ = algorithm.apply(algorithm.init(START), DELTA)
    direct, _ = algorithm.apply(state, DELTA)
    resumed, _ = algorithm.apply(state_from_bytes(state_to_bytes(state)), DELTA)
    for name in START:
        assert direct.weights[name].tobytes() == resumed.weights[name].tobytes()


def test_nothing_given_is_changed() -> None:
    algorithm = fed_avg(momentum=0.5)
    state = algorithm.init(START)
    algorithm.apply(state, DELTA)
    np.testing.assert_array_equal(START["w"], [1.0, 2.0])
    np.testing.assert_array_equal(state.velocity["w"], [0.0, 0.0])


@pytest.mark.parametrize(("rate", "momentum"), [(0.0, 0.0), (-1.0, 0.0), (1.0, 1.0), (1.0, -0.1), (float("nan"), 0.0)])
def test_impossible_settings_are_refused(rate: float, momentum: float) -> None:
    with pytest.raises(UsageError):
        fed_avg(rate, momentum)


def test_an_update_of_another_shape_is_refused() -> None:
    algorithm = fed_avg()
    with pytest.raises(VsrError, match="names and shapes"):
        algorithm.apply(algorithm.init(START), {"w": DELTA["w"]})


@pytest.mark.parametrize("data", [b"", b"nonsense", state_to_bytes(fed_avg().init(START))[:-3]])
def test_a_damaged_state_is_refused(data: bytes) -> None:
    with pytest.raises(VsrError):
        state_from_bytes(data)
