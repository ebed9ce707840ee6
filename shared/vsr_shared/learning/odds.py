"""Log-odds and probabilities, of segments and of recordings."""

import numpy as np
import numpy.typing as npt


def sigmoid(log_odds: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Return the probabilities of `log_odds`."""
    result: npt.NDArray[np.float64] = 0.5 * (1 + np.tanh(log_odds / 2))
    return result


def recording_means(values: npt.NDArray[np.floating], owner: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return each recording's mean over its segments; `owner` (segments,) says whose each segment is, from 0."""
    result: npt.NDArray[np.float64] = np.bincount(owner, values) / np.bincount(owner)
    return result
