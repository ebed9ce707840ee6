"""Temperature scaling (Guo et al., ICML 2017), fitted on validation speakers and folded into the last layer.

The network that ships then says how sure it is by itself, and nothing has to be remembered beside it.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import VsrError

if TYPE_CHECKING:
    import keras

Floats = npt.NDArray[np.floating[Any]]
BOUNDS = (0.05, 20.0)


def fit_temperature(logits: Floats, labels: npt.NDArray[np.int64], weights: Floats | None = None) -> float:
    """Return the temperature that minimises the NLL of `labels` (n,) given `logits` (n,), log odds of positive.

    `weights` (n,) count recordings differently, so that a large corpus does not decide alone. Within 0.05 to 20.
    Raises VsrError where a polarity is missing: any temperature would then seem too high.
    """
    if set(np.unique(labels)) != {0, 1}:
        raise VsrError("calibration needs validation recordings of both polarities; name other validation speakers")
    share = np.ones(len(labels)) if weights is None else weights
    sign = np.where(labels == 1, 1.0, -1.0)

    def loss(log_temperature: float) -> float:
        return float(np.average(np.logaddexp(0, -sign * logits / np.exp(log_temperature)), weights=share))

    return float(np.exp(_golden_minimum(loss, float(np.log(BOUNDS[0])), float(np.log(BOUNDS[1])))))


def corpus_balance(corpora: npt.NDArray[np.str_]) -> Floats:
    """Return weights (n,) under which every corpus in `corpora` (n,) counts the same."""
    _, place, count = np.unique(corpora, return_inverse=True, return_counts=True)
    result: Floats = 1.0 / count[place]
    return result


def fold_temperature(network: "keras.Model", temperature: float) -> None:
    """Divide the last layer of `network` by `temperature`, in place: its softmax is then calibrated."""
    layer = network.get_layer("polarity")
    layer.set_weights([array / np.float32(temperature) for array in layer.get_weights()])


def log_odds(positive: Floats) -> Floats:
    """Return the log odds of probabilities, kept finite."""
    kept = np.clip(positive.astype(np.float64), 1e-7, 1 - 1e-7)
    result: Floats = np.log(kept) - np.log1p(-kept)
    return result


def _golden_minimum(function: Any, low: float, high: float) -> float:
    """Golden-section search; the NLL has one minimum in the logarithm of the temperature."""
    ratio = (np.sqrt(5) - 1) / 2
    for _ in range(60):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        if function(a) < function(b):
            high = b
        else:
            low = a
    return (low + high) / 2
