"""Many people's clips as one batch: padded to the longest, what is padded weighing nothing."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import UsageError
from vsr_shared.learning.local_training import Lessons, balanced_weights
from vsr_shared.network.tail_head import prepare
from vsr_shared.weights import Array, Weights
from vsr_simulations.engine.heard import HeardClips

T = TypeVar("T", bound=np.generic)


def stacked_lessons(people: Sequence[HeardClips], frozen: Weights) -> Lessons:
    """Return the lessons of u people, whatever number of clips each has; UsageError where one has none.

    Each trains in it as alone: weights of their own sum to 1, and nothing is drawn from what is padded. Where a tail at
    rest heard the clips (`kept_features`), only a head can learn from them.
    """
    if empty := [number for number, clips in enumerate(people) if not len(clips)]:
        raise UsageError(f"{len(empty)} of {len(people)} people have no clip to learn from; leave them out")
    labels = _stacked([clips.labels[clips.owner] for clips in people], people)
    shares = [(1 / np.bincount(clips.owner)[clips.owner]).astype(np.float32) for clips in people]
    weights = balanced_weights(labels, _stacked(shares, people))
    heard = _stacked([clips.activations for clips in people], people)
    if heard.ndim == 3:
        return Lessons(None, labels, weights, heard.astype(np.float32, copy=False))
    return Lessons(prepare(heard, frozen), labels, weights)


def stacked_statistics(people: Sequence[HeardClips]) -> Array:
    """Return the cepstral statistics (u, n, 79) of the places of `stacked_lessons`."""
    return _stacked([clips.statistics for clips in people], people)


def _stacked(values: Sequence[npt.NDArray[T]], people: Sequence[HeardClips]) -> npt.NDArray[T]:
    """Return what each person has of each segment (segments, ...) as (u, longest, ...), by clip, zeros behind."""
    longest = max(len(one) for one in values)
    result = np.zeros((len(values), longest, *values[0].shape[1:]), values[0].dtype)
    for row, one, clips in zip(result, values, people, strict=True):
        row[: len(one)] = one[np.argsort(clips.owner, kind="stable")]
    return result
