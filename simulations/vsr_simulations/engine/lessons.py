"""Many people's clips as one batch: padded to the longest, what is padded weighing nothing."""

from collections.abc import Sequence

import numpy as np

from vsr_shared.errors import UsageError
from vsr_shared.learning.local_training import Lessons
from vsr_shared.learning.personalise import lessons_of
from vsr_shared.network.tail_head import Prepared
from vsr_shared.weights import Array, Weights
from vsr_simulations.engine.heard import HeardClips


def stacked_lessons(people: Sequence[HeardClips], frozen: Weights) -> Lessons:
    """Return the lessons of u people, whatever number of clips each has; UsageError where one has none.

    Each trains in it as alone: weights of their own sum to 1, and nothing is drawn from what is padded.
    """
    if empty := [number for number, clips in enumerate(people) if not len(clips)]:
        raise UsageError(f"{len(empty)} of {len(people)} people have no clip to learn from; leave them out")
    each = [lessons_of(clips.recordings(), frozen) for clips in people]
    longest = max(lessons.labels.shape[1] for lessons in each)
    return Lessons(
        Prepared(
            np.concatenate([_padded(lessons.clips.entry, longest) for lessons in each]),
            np.concatenate([_padded(lessons.clips.skip, longest) for lessons in each]),
        ),
        np.concatenate([np.pad(lessons.labels, ((0, 0), (0, longest - lessons.labels.shape[1]))) for lessons in each]),
        np.concatenate([_padded(lessons.weights, longest) for lessons in each]),
    )


def stacked_statistics(people: Sequence[HeardClips]) -> Array:
    """Return the cepstral statistics (u, n, 40) of the places of `stacked_lessons`."""
    each = [np.concatenate([one.statistics for one in clips.recordings()])[None] for clips in people]
    longest = max(statistics.shape[1] for statistics in each)
    return np.concatenate([_padded(statistics, longest) for statistics in each])


def _padded(values: Array, length: int) -> Array:
    """Return `values` (1, n, ...) as (1, length, ...), zeros behind."""
    result = np.zeros((1, length, *values.shape[2:]), values.dtype)
    result[:, : values.shape[1]] = values
    return result
