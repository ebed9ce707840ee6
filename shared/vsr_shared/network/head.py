"""The head by itself, over what the tail hands to it: what training needs where the tail is at rest.

What the tail makes of a clip then never changes, so that it is made once and not in every step: `tail_head.features`.
The same arithmetic as in `tail_head`; u people, n clips.
"""

import numpy as np

from vsr_shared.network.tail_head import log_probabilities
from vsr_shared.weights import Array, Weights


def head_loss_and_gradient(
    weights: Weights, features: Array, targets: Array, clip_weights: Array, into: Weights | None = None
) -> tuple[Array, dict[str, Array]]:
    """Return each person's loss (u,) and its gradient by the head's arrays, as `tail_head.loss_and_gradient` does.

    `features` (u, n, 1920) are the tail's, pooled; `targets` (u, n, 2), `clip_weights` (u, n); `into` as there.
    """
    hidden: Array = features @ weights["hidden/kernel"]
    hidden += weights["hidden/bias"][:, None]
    np.maximum(hidden, 0, out=hidden)
    values: Array = hidden @ weights["polarity/kernel"] + weights["polarity/bias"][:, None]
    log_p = log_probabilities(values)
    loss: Array = -(clip_weights[..., None] * targets * log_p).sum(axis=(1, 2))
    d_logits = clip_weights[..., None] * (np.exp(log_p) * targets.sum(axis=-1, keepdims=True) - targets)
    d_hidden = d_logits @ _t(weights["polarity/kernel"])
    d_hidden *= hidden > 0
    return loss, {
        "hidden/kernel": np.matmul(_t(features), d_hidden, out=(into or {}).get("hidden/kernel")),
        "hidden/bias": d_hidden.sum(axis=1),
        "polarity/kernel": _t(hidden) @ d_logits,
        "polarity/bias": d_logits.sum(axis=1),
    }


def _t(matrix: Array) -> Array:
    return np.swapaxes(matrix, -1, -2)
