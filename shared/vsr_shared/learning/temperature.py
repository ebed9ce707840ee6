"""Temperature scaling: one number that makes a network say how sure it is truthfully.

Guo et al., On Calibration of Modern Neural Networks, ICML 2017, section 4.2: log-odds are divided by the temperature
that makes the truth likeliest on predictions the network did not learn from. A handful of recordings is drawn towards
a temperature of 1 by a log-normal prior of unit width.
"""

import numpy as np
import numpy.typing as npt

from vsr_shared.metrics import nll
from vsr_shared.weights import Array, Weights

_CANDIDATES = np.geomspace(0.25, 16, 73)


def sigmoid(log_odds: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Return the probabilities of `log_odds`."""
    result: npt.NDArray[np.float64] = 0.5 * (1 + np.tanh(log_odds / 2))
    return result


def recording_means(values: npt.NDArray[np.floating], owner: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return each recording's mean over its segments; `owner` (segments,) says whose each segment is, from 0."""
    result: npt.NDArray[np.float64] = np.bincount(owner, values) / np.bincount(owner)
    return result


def best_temperature(
    labels: npt.NDArray[np.int64], log_odds: npt.NDArray[np.floating], owner: npt.NDArray[np.intp]
) -> float:
    """Return the temperature for `log_odds` (segments,) of recordings with `labels` (recordings,)."""
    costs = [
        len(labels) * nll(labels, recording_means(sigmoid(log_odds / candidate), owner)) + np.log(candidate) ** 2 / 2
        for candidate in _CANDIDATES
    ]
    return float(_CANDIDATES[int(np.argmin(costs))])


def tempered(weights: Weights, temperature: float) -> dict[str, Array]:
    """Return `weights` with the last layer divided by `temperature`: the network is calibrated by itself."""
    cooled = {name: (weights[name] / np.float32(temperature)) for name in ("polarity/kernel", "polarity/bias")}
    return {**weights, **cooled}
