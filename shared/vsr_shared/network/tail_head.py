"""Tail and head in NumPy: forward and gradient, for many people at once.

Every array has a leading axis of people (u), so that thousands of users train as one batch of matrix products; one
person is u = 1. n clips, h x w positions, 1888 channels. The network's two constants of a clip, the frozen
normalisation in front of the tail and the final normalisation's standardised input, are computed once (`prepare`)
and not in every step. Batch normalisation uses stored statistics throughout (see `parts`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vsr_shared.network.parts import BN_EPSILON, TRUNK_CHANNELS
from vsr_shared.weights import Array, Weights


@dataclass(frozen=True)
class Prepared:
    """Clips, ready for the tail: what no trained parameter changes."""

    entry: Array
    """(u, n, h, w, 1888): after the frozen normalisation and its ReLU."""
    skip: Array
    """(u, n, h, w, 1888): the trunk's output, standardised with the final normalisation's statistics."""

    def __getitem__(self, clips: npt.NDArray[np.intp] | slice) -> "Prepared":
        """Return the clips (axis 1) chosen by `clips`; an index array (u, b) chooses for each person."""
        if isinstance(clips, slice):
            return Prepared(self.entry[:, clips], self.skip[:, clips])
        people = np.arange(len(self.entry))[:, None]
        return Prepared(self.entry[people, clips], self.skip[people, clips])


def prepare(activations: npt.NDArray[np.floating], frozen: Weights) -> Prepared:
    """Return `activations` (u, n, h, w, 1888), the trunk's output, ready for the tail."""
    raw = activations.astype(np.float32, copy=False)
    scale = frozen["conv5_block32_0_bn/gamma"] * _inverse_deviation(frozen["conv5_block32_0_bn/moving_variance"])
    shift = frozen["conv5_block32_0_bn/beta"] - frozen["conv5_block32_0_bn/moving_mean"] * scale
    entry = raw * scale
    entry += shift
    np.maximum(entry, 0, out=entry)
    mean, inverse = frozen["bn/moving_mean"], _inverse_deviation(frozen["bn/moving_variance"])
    skip = raw - mean[:TRUNK_CHANNELS]
    skip *= inverse[:TRUNK_CHANNELS]
    return Prepared(entry, skip)


@dataclass(frozen=True)
class _Pass:
    """What the backward pass needs of the forward pass."""

    bottleneck_hat: Array  # (u, n, h, w, 128) standardised
    patches: Array  # (u, n, h, w, 1152)
    growth_hat: Array  # (u, n, h, w, 32) standardised
    skip_active: npt.NDArray[np.bool_]  # (u, n, h, w, 1888)
    growth_active: npt.NDArray[np.bool_]  # (u, n, h, w, 32)
    pooled: Array  # (u, n, 1920)
    hidden: Array  # (u, n, 256)
    logits: Array  # (u, n, 2)


def logits(weights: Weights, frozen: Weights, clips: Prepared) -> Array:
    """Return the two logits of each clip, (u, n, 2); `weights` have the leading axis u (or 1 for one set for all)."""
    return _forward(weights, frozen, clips).logits


def positive_probabilities(weights: Weights, frozen: Weights, clips: Prepared) -> Array:
    """Return each clip's probability of positive, (u, n)."""
    result: Array = np.exp(log_probabilities_of(weights, frozen, clips))[..., 1]
    return result


def log_probabilities_of(weights: Weights, frozen: Weights, clips: Prepared) -> Array:
    """Return each clip's two log-probabilities, (u, n, 2); at most 256 clips are in work at once."""
    count = clips.entry.shape[1]
    parts = [logits(weights, frozen, clips[first : first + 256]) for first in range(0, count, 256)]
    return log_probabilities(np.concatenate(parts, axis=1))


def representations(weights: Weights, frozen: Weights, clips: Prepared) -> Array:
    """Return what the last layer judges each clip by, (u, n, 256); at most 256 clips are in work at once."""
    count = clips.entry.shape[1]
    parts = [_forward(weights, frozen, clips[first : first + 256]).hidden for first in range(0, count, 256)]
    return np.concatenate(parts, axis=1)


def features(weights: Weights, frozen: Weights, clips: Prepared) -> Array:
    """Return what the tail hands to the head of each clip, (u, n, 1920); at most 256 clips are in work at once."""
    count = clips.entry.shape[1]
    parts = [_forward(weights, frozen, clips[first : first + 256]).pooled for first in range(0, count, 256)]
    return np.concatenate(parts, axis=1)


def log_probabilities(values: Array) -> Array:
    """Return log-softmax over the last axis of logits `values`."""
    shifted = values - values.max(axis=-1, keepdims=True)
    result: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def loss_and_gradient(
    weights: Weights,
    frozen: Weights,
    clips: Prepared,
    targets: Array,
    clip_weights: Array,
    at_hidden: Callable[[Array], Array] | None = None,
    into: Weights | None = None,
) -> tuple[Array, dict[str, Array]]:
    """Return each person's loss (u,) and its gradient, named and shaped as `weights`.

    Loss: cross-entropy of `targets` (u, n, 2; probabilities, so labels may be smoothed), each clip times
    `clip_weights` (u, n), summed over clips. Weights that sum to 1 a person give the mean; 0 leaves a clip out.
    `at_hidden`, of the representations (u, n, 256), is the slope there of a term that is added to the loss; the term
    itself is not in the loss that is returned. `into` are arrays that the kernels' gradients may be written to, so that
    not every step asks the system for megabytes anew.
    """
    kept = _forward(weights, frozen, clips)
    log_p = log_probabilities(kept.logits)
    loss: Array = -(clip_weights[..., None] * targets * log_p).sum(axis=(1, 2))
    d_logits = clip_weights[..., None] * (np.exp(log_p) * targets.sum(axis=-1, keepdims=True) - targets)
    more = None if at_hidden is None else at_hidden(kept.hidden)
    return loss, _backward(weights, frozen, clips, kept, d_logits, more, into or {})


def _forward(weights: Weights, frozen: Weights, clips: Prepared) -> _Pass:
    entry, skip = clips.entry, clips.skip
    u, n, h, w, channels = entry.shape
    kernel = _lead(weights["conv5_block32_1_conv/kernel"])
    bottleneck = (entry.reshape(u, -1, channels) @ kernel).reshape(u, n, h, w, -1)
    bottleneck_hat = (bottleneck - frozen["conv5_block32_1_bn/moving_mean"]) * _inverse_deviation(
        frozen["conv5_block32_1_bn/moving_variance"]
    )
    active = np.maximum(
        bottleneck_hat * _spread(weights["conv5_block32_1_bn/gamma"]) + _spread(weights["conv5_block32_1_bn/beta"]),
        0,
    )
    patches = _patches(active)
    growth = (patches.reshape(u, n * h * w, -1) @ _lead(weights["conv5_block32_2_conv/kernel"])).reshape(u, n, h, w, -1)
    mean, inverse = frozen["bn/moving_mean"], _inverse_deviation(frozen["bn/moving_variance"])
    growth_hat = (growth - mean[TRUNK_CHANNELS:]) * inverse[TRUNK_CHANNELS:]
    gamma, beta = _spread(weights["bn/gamma"]), _spread(weights["bn/beta"])
    skip_active, skip_pooled = _pool(skip, gamma[..., :TRUNK_CHANNELS], beta[..., :TRUNK_CHANNELS])
    growth_active, growth_pooled = _pool(growth_hat, gamma[..., TRUNK_CHANNELS:], beta[..., TRUNK_CHANNELS:])
    pooled = np.concatenate([skip_pooled, growth_pooled], axis=-1)
    hidden = np.maximum(pooled @ weights["hidden/kernel"] + weights["hidden/bias"][:, None], 0)
    values = hidden @ weights["polarity/kernel"] + weights["polarity/bias"][:, None]
    return _Pass(bottleneck_hat, patches, growth_hat, skip_active, growth_active, pooled, hidden, values)


def _backward(
    weights: Weights,
    frozen: Weights,
    clips: Prepared,
    kept: _Pass,
    d_logits: Array,
    more: Array | None,
    into: Weights,
) -> dict[str, Array]:
    u, n, h, w, channels = clips.entry.shape
    gradient = {"polarity/kernel": _t(kept.hidden) @ d_logits, "polarity/bias": d_logits.sum(axis=1)}
    d_hidden = d_logits @ _t(weights["polarity/kernel"])
    if more is not None:
        d_hidden += more
    d_hidden *= kept.hidden > 0
    gradient["hidden/kernel"] = np.matmul(_t(kept.pooled), d_hidden, out=into.get("hidden/kernel"))
    gradient["hidden/bias"] = d_hidden.sum(axis=1)
    # Average pooling hands every position an equal share.
    # Written the other way round, the product of a few clips reads the kernel in its own order.
    d_pooled = _t(weights["hidden/kernel"] @ _t(d_hidden)) / np.float32(h * w)
    d_skip, d_growth = d_pooled[..., :TRUNK_CHANNELS], d_pooled[..., TRUNK_CHANNELS:]
    # The gradient is constant over a clip's positions, so positions are summed before clips: no (n, h, w) product.
    skip_gamma = ((clips.skip * kept.skip_active).sum(axis=(2, 3)) * d_skip).sum(axis=1)
    skip_beta = (kept.skip_active.sum(axis=(2, 3), dtype=np.float32) * d_skip).sum(axis=1)
    d_growth_out = kept.growth_active * d_growth[:, :, None, None]
    gradient["bn/gamma"] = np.concatenate([skip_gamma, (d_growth_out * kept.growth_hat).sum(axis=(1, 2, 3))], axis=-1)
    gradient["bn/beta"] = np.concatenate([skip_beta, d_growth_out.sum(axis=(1, 2, 3))], axis=-1)
    scale = (
        _spread(weights["bn/gamma"])[..., TRUNK_CHANNELS:]
        * _inverse_deviation(frozen["bn/moving_variance"])[TRUNK_CHANNELS:]
    )
    d_growth_in = (d_growth_out * scale).reshape(u, n * h * w, -1)
    kernel = _lead(weights["conv5_block32_2_conv/kernel"])
    d_kernel = _t(kept.patches.reshape(u, n * h * w, -1)) @ d_growth_in
    gradient["conv5_block32_2_conv/kernel"] = d_kernel.reshape(u, 3, 3, 128, 32)
    d_patches = (d_growth_in @ _t(kernel)).reshape(kept.patches.shape)
    gamma = _spread(weights["conv5_block32_1_bn/gamma"])
    active = kept.bottleneck_hat * gamma + _spread(weights["conv5_block32_1_bn/beta"]) > 0
    d_bottleneck = _fold_patches(d_patches) * active
    gradient["conv5_block32_1_bn/gamma"] = (d_bottleneck * kept.bottleneck_hat).sum(axis=(1, 2, 3))
    gradient["conv5_block32_1_bn/beta"] = d_bottleneck.sum(axis=(1, 2, 3))
    d_product = d_bottleneck * (gamma * _inverse_deviation(frozen["conv5_block32_1_bn/moving_variance"]))
    first = into.get("conv5_block32_1_conv/kernel")
    flat = None if first is None else first.reshape(u, channels, 128)
    d_first = np.matmul(_t(clips.entry.reshape(u, -1, channels)), d_product.reshape(u, n * h * w, -1), out=flat)
    gradient["conv5_block32_1_conv/kernel"] = d_first.reshape(u, 1, 1, channels, 128)
    return gradient


def _pool(standardised: Array, gamma: Array, beta: Array) -> tuple[npt.NDArray[np.bool_], Array]:
    """Return where the last ReLU is active, and the mean over positions of what it lets through."""
    out = standardised * gamma
    out += beta
    active = out > 0
    out *= active
    return active, out.sum(axis=(2, 3)) / np.float32(out.shape[2] * out.shape[3])


def _patches(maps: Array) -> Array:
    """Return every position's 3 x 3 neighbourhood, zero outside: (u, n, h, w, c) -> (u, n, h, w, 9 c)."""
    h, w = maps.shape[2:4]
    padded = np.pad(maps, ((0, 0), (0, 0), (1, 1), (1, 1), (0, 0)))
    return np.concatenate([padded[:, :, i : i + h, j : j + w] for i in range(3) for j in range(3)], axis=-1)


def _fold_patches(patches: Array) -> Array:
    """Add each neighbourhood's values back to where they came from: the transpose of `_patches`."""
    u, n, h, w, wide = patches.shape
    channels = wide // 9
    padded = np.zeros((u, n, h + 2, w + 2, channels), dtype=patches.dtype)
    for index in range(9):
        i, j = divmod(index, 3)
        padded[:, :, i : i + h, j : j + w] += patches[..., index * channels : (index + 1) * channels]
    return padded[:, :, 1 : 1 + h, 1 : 1 + w]


def _lead(kernel: Array) -> Array:
    """Return a convolution's kernel (u, i, j, c, d) as one matrix a person (u, i j c, d)."""
    return kernel.reshape(len(kernel), -1, kernel.shape[-1])


def _spread(vector: Array) -> Array:
    """Return (u, c) as (u, 1, 1, 1, c), to meet maps."""
    return vector[:, None, None, None]


def _t(matrix: Array) -> Array:
    return np.swapaxes(matrix, -1, -2)


def _inverse_deviation(variance: Array) -> Array:
    result: Array = (1 / np.sqrt(variance + np.float32(BN_EPSILON))).astype(np.float32)
    return result
