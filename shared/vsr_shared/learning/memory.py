"""A person's memory: recordings they labelled, each pulling what sounds like it towards its label.

Kernel logistic regression around what the network says (Rasmussen & Williams, Gaussian Processes for Machine Learning,
2006, section 3.4: the mode of a Gaussian process classifier whose prior mean is the network's log-odds), with a
Gaussian kernel over what the base measures in a voice (`measure`). What resembles nothing that was taught is judged by
the network alone, so that a handful of recordings, or another microphone, can spoil little.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vsr_shared.learning.odds import sigmoid
from vsr_shared.weights import Array, Weights

STRENGTH: Final = 60.0
"""Variance of the process: how far, in log-odds, recordings may pull. Chosen on validation speakers, as SHARPNESS."""
SHARPNESS: Final = 1.0
"""Of the kernel, where the median squared distance between two taught segments is 1."""
MOST: Final = 1000
"""Segments that are remembered, the last ones given: more would only cost time."""

_PREFIX: Final = "memory/"
_STEPS = 50
_TOLERANCE = 1e-6

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Memory:
    """What is remembered of m segments."""

    measures: Array
    """(m, 40)"""
    pull: Array
    """(m,): log-odds by which each draws its own place towards positive."""
    sharpness: float
    """Of the kernel exp(-sharpness * squared distance)."""

    def shift(self, measures: Array) -> Floats:
        """Return what to add to the log-odds (n,) of segments with `measures` (n, 40)."""
        result: Floats = _kernel(measures, self.measures, self.sharpness) @ self.pull.astype(np.float64)
        return result

    def to_arrays(self) -> dict[str, Array]:
        """Return the memory under names that no layer has, to be kept with a tail and head."""
        arrays = {"measures": self.measures, "pull": self.pull, "sharpness": np.array([self.sharpness])}
        return {_PREFIX + name: np.asarray(array, np.float32) for name, array in arrays.items()}


def remember(measures: Array, labels: npt.NDArray[np.int64], weights: Array, log_odds: Floats) -> Memory:
    """Return the memory of segments with `measures` (m, 40), `labels` (m,) in {0, 1} and `log_odds` (m,).

    `weights` (m,), of any sum, say what each counts; polarities should weigh the same. `log_odds` are the network's,
    best of networks that did not learn from the segment: what they get right needs no pull. Distances are measured
    by the median between two segments, so that the memory reaches about as far as they lie apart.
    """
    measures, labels, log_odds = measures[-MOST:], labels[-MOST:], log_odds[-MOST:]
    shares = weights[-MOST:].astype(np.float64) * (len(labels) / weights[-MOST:].sum())
    squared = squared_distances(measures, measures)
    apart = squared[np.triu_indices(len(labels), 1)]
    sharpness = SHARPNESS / max(float(np.median(apart)), 1e-9) if len(apart) else SHARPNESS
    pull = _fit(np.exp(-sharpness * squared), labels, shares, log_odds)
    return Memory(measures, pull.astype(np.float32), sharpness)


def split_memory(weights: Weights) -> tuple[dict[str, Array], Memory | None]:
    """Return the layers in `weights`, and the memory kept with them, if there is one."""
    layers = {name: array for name, array in weights.items() if not name.startswith(_PREFIX)}
    found: Mapping[str, Array] = {name.removeprefix(_PREFIX): weights[name] for name in weights if name not in layers}
    if not found:
        return layers, None
    return layers, Memory(found["measures"], found["pull"], float(found["sharpness"][0]))


def _fit(kernel: Floats, labels: npt.NDArray[np.int64], shares: Floats, log_odds: Floats) -> Floats:
    """Return the pull (m,) that minimises the weighted cross-entropy plus pull K pull / (2 STRENGTH): Newton's steps.

    A step that would not lower it is halved; the function is convex, so that the end does not depend on the way.
    """
    pull = np.zeros(len(labels))

    def cost(candidate: Floats) -> float:
        moved = kernel @ candidate
        odds = np.where(labels == 1, -1, 1) * (log_odds + moved)
        return float(shares @ np.logaddexp(0, odds) + candidate @ moved / (2 * STRENGTH))

    now = cost(pull)
    for _ in range(_STEPS):
        said = sigmoid(log_odds + kernel @ pull)
        slope = pull / STRENGTH + shares * (said - labels)
        bend = np.eye(len(labels)) / STRENGTH + (shares * said * (1 - said))[:, None] * kernel
        step = np.linalg.solve(bend, slope)
        length = 1.0
        while length > 1e-4 and cost(pull - length * step) > now:
            length /= 2
        then = cost(pull - length * step)
        if then > now:
            break
        pull, saved, now = pull - length * step, now - then, then
        if saved < _TOLERANCE:
            break
    return pull


def _kernel(one: Array, other: Array, sharpness: float) -> Floats:
    result: Floats = np.exp(-sharpness * squared_distances(one, other))
    return result


def squared_distances(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> Floats:
    """Return the squared distance of every row of `one` (n, k) to every row of `other` (m, k), (n, m)."""
    a, b = one.astype(np.float64), other.astype(np.float64)
    squared = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1)[None] - 2 * a @ b.T
    result: Floats = np.maximum(squared, 0)
    return result
