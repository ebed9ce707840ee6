"""An update as whole numbers whose sum over the cohort cannot wrap.

A machine's vector is `[w delta, w, w metric, ...]`, w being its weight: its clips over `most_clips`, at most 1. Each
part is clipped to its range and scaled so that the range's end is `(2**31 - 1) // cohort`; the sum over the cohort,
read as two's complement, then stays within 32 bits, and the server gets weight, mean update and mean metrics from it.

Numbers are rounded to the nearest, not at random: with 100 people a step is a 21-millionth of the range, finer than
float32 resolves its end, so that a bias of a part of a step is nothing. Where noise is added to the words
(`privacy.distributed_noise`) the ranges' ends lie lower, by its `Room`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import FederationError
from vsr_shared.secure_sum.field import Words
from vsr_shared.weights import Array

_PIECE: Final = 1 << 15

Exact = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Quantisation:
    """Ranges of what travels; FederationError unless each is above 0 and finite."""

    update_range: float = 1.0
    """Largest change of one parameter, either way; more is clipped."""
    most_clips: int = 1_000
    """Clips that count: a machine with more weighs no more."""
    metric_range: float = 10.0
    """Largest metric, either way; more is clipped."""

    def __post_init__(self) -> None:
        ranges = (self.update_range, self.most_clips, self.metric_range)
        if not all(0 < value < 1e9 for value in ranges):
            raise FederationError(f"ranges must lie between 0 and a billion, got {ranges}")


@dataclass(frozen=True)
class Room:
    """What the sum of the noise may come to without wrapping, part by part, in ends of the part's range."""

    update: float = 0.0
    metrics: float = 0.0


NO_NOISE: Final = Room()


@dataclass(frozen=True)
class Average:
    """What a sum of quantised updates says."""

    delta: Exact
    """Mean update, `(n,)`, weighted by clips."""
    clips: float
    """Sum of the clips that counted."""
    metrics: tuple[float, ...]
    """Mean metrics, weighted by clips."""


def largest(cohort: int, room: float = 0.0) -> int:
    """Return the largest number that one machine of `cohort` may add, beside noise of `room` such numbers in all."""
    return math.floor((2**31 - 1) / (cohort + room))


def quantise(
    delta: Array, clips: int, metrics: Sequence[float], ranges: Quantisation, cohort: int, room: Room = NO_NOISE
) -> Words:
    """Return the words `(n + 1 + m,)` for `delta` `(n,)`, learnt from `clips` clips, and m `metrics`.

    Raises FederationError where a number is not finite or there is no clip.
    """
    if clips < 1:
        raise FederationError(f"an update needs at least one clip, this one has {clips}")
    weight = min(clips, ranges.most_clips) / ranges.most_clips
    words = np.empty(delta.size + 1 + len(metrics), np.int32)
    _whole(delta, weight * largest(cohort, room.update), ranges.update_range, words[: delta.size])
    words[delta.size] = round(weight * largest(cohort))
    end = weight * largest(cohort, room.metrics)
    _whole(np.asarray(metrics, np.float64), end, ranges.metric_range, words[delta.size + 1 :])
    return words.view(np.uint32)


def average(total: Words, metric_count: int, ranges: Quantisation, cohort: int, room: Room = NO_NOISE) -> Average:
    """Return what `total`, the sum of words modulo 2**32, says; FederationError where it is no sum of updates."""
    signed = total.view(np.int32).astype(np.float64)
    split = signed.size - metric_count - 1
    weight = signed[split] / largest(cohort)
    if not 0 < weight <= cohort:
        raise FederationError("the sum of this round's updates makes no sense; the round is dropped")
    delta = signed[:split] * (ranges.update_range / (largest(cohort, room.update) * weight))
    metrics = signed[split + 1 :] * (ranges.metric_range / (largest(cohort, room.metrics) * weight))
    return Average(delta, weight * ranges.most_clips, tuple(float(value) for value in metrics))


def _whole(values: npt.NDArray[np.floating], top: float, end: float, out: npt.NDArray[np.int32]) -> None:
    """Write `values` into `out` so that `end` becomes `top`, clipped and rounded, a piece at a time in the cache."""
    scratch = np.empty(min(values.size, _PIECE), np.float64)
    for start in range(0, values.size, _PIECE):
        piece = values[start : start + _PIECE]
        scaled = np.multiply(piece, top / end, out=scratch[: piece.size], dtype=np.float64)
        low, high = scaled.min(), scaled.max()
        if not -np.inf < low <= high < np.inf:
            raise FederationError("the update holds numbers that are not finite; nothing was sent")
        if low < -top or high > top:
            np.clip(scaled, -top, top, out=scaled)
        out[start : start + _PIECE] = np.rint(scaled, out=scaled)
