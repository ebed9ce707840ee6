"""Personal training with a gate: a personal tail and head is kept only where it wins on clips it did not hear.

The person's recordings are split into folds, never one recording over two. Every fold's network is trained on the
others, all folds in one batch, so that each recording is judged once by a network that did not hear it. Where that
beats what was there before, the kept network is trained on all recordings.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vsr_shared.emotions import Polarity
from vsr_shared.errors import UsageError
from vsr_shared.learning.local_training import Lessons, LocalTraining, balanced_weights, train
from vsr_shared.metrics import Probabilities, Scores, correct, log_likelihoods, scores
from vsr_shared.network.tail_head import Prepared, positive_probabilities, prepare
from vsr_shared.weights import Array, Weights

FOLDS = 5
MINIMUM = 3
"""Recordings of each polarity without which nothing can be learnt and judged."""


@dataclass(frozen=True)
class Recording:
    """One labelled recording as the learning sees it."""

    activations: npt.NDArray[np.floating]
    """(segments, h, w, 1888)."""
    polarity: Polarity


@dataclass(frozen=True)
class Personalised:
    """What personal training came to."""

    weights: dict[str, Array]
    """The personal tail and head, no leading axis; to be used only where `kept`."""
    before: Scores
    """Of the starting weights, on the same recordings."""
    after: Scores
    """Of networks that did not hear the recording they were judged on."""
    kept: bool


def personalise(
    start: Weights,
    frozen: Weights,
    recordings: Sequence[Recording],
    settings: LocalTraining,
    seed: int = 0,
    on_epoch: Callable[[int, float], None] | None = None,
) -> Personalised:
    """Train a personal tail and head from `start` (no leading axis) and judge it.

    `on_epoch` is given the epoch, from 1 to twice `settings.epochs` (judging, then the final training), and the loss.
    Raises UsageError where a polarity has fewer than 3 recordings.
    """
    labels = labels_of(recordings)
    lessons = lessons_of(recordings, frozen)
    folds = _folds(labels, seed)
    count = int(folds.max()) + 1
    owner = owners(recordings)
    lead = {name: array[None] for name, array in start.items()}

    heard = folds[owner][None] != np.arange(count)[:, None]
    judged = train(
        lead,
        frozen,
        _repeat(lessons, count, heard),
        settings,
        [seed] * count,
        on_epoch and (lambda epoch, loss: on_epoch(epoch, float(loss.mean()))),
    )
    unheard = np.empty(len(owner))
    for fold in range(count):
        places = np.flatnonzero(folds[owner] == fold)
        own = {name: array[fold : fold + 1] for name, array in judged.items()}
        unheard[places] = positive_probabilities(own, frozen, lessons.clips[places[None]])[0]
    before = positive_probabilities(lead, frozen, lessons.clips)[0]
    final = train(
        lead,
        frozen,
        lessons,
        settings,
        [seed],
        on_epoch and (lambda epoch, loss: on_epoch(settings.epochs + epoch, float(loss.mean()))),
    )
    was, is_now = recording_means(before, owner), recording_means(unheard, owner)
    weights = {name: array[0] for name, array in final.items()}
    return Personalised(weights, scores(labels, was), scores(labels, is_now), wins(labels, was, is_now))


def wins(labels: npt.NDArray[np.int64], before: Probabilities, after: Probabilities) -> bool:
    """Say whether the personal network is better on the recordings `labels` (n,), probabilities of positive (n,).

    Neither the balanced accuracy nor the likelihood of the truth may fall, and one of them must rise by more than the
    standard error of that rise over the recordings, so that a few lucky recordings do not decide.
    """
    likelier = log_likelihoods(labels, after) - log_likelihoods(labels, before)
    balance = len(labels) / (2 * np.bincount(labels, minlength=2)[labels])
    righter = balance * (correct(labels, after).astype(float) - correct(labels, before))
    return min(likelier.mean(), righter.mean()) >= 0 and (_clearly(likelier) or _clearly(righter))


def _clearly(gains: npt.NDArray[np.floating]) -> bool:
    return bool(gains.mean() > gains.std(ddof=1) / np.sqrt(len(gains)))


def lessons_of(recordings: Sequence[Recording], frozen: Weights) -> Lessons:
    """Return one person's recordings as lessons (u = 1): polarities balanced, every recording counting the same."""
    clips = prepare(np.concatenate([recording.activations for recording in recordings])[None], frozen)
    owner = owners(recordings)
    labels = labels_of(recordings)[owner][None]
    share = (1 / np.bincount(owner)[owner]).astype(np.float32)[None]
    return Lessons(clips, labels, balanced_weights(labels, share))


def labels_of(recordings: Sequence[Recording]) -> npt.NDArray[np.int64]:
    """Return each recording's label (n,): 0 negative, 1 positive."""
    return np.array([recording.polarity.output for recording in recordings], dtype=np.int64)


def owners(recordings: Sequence[Recording]) -> npt.NDArray[np.intp]:
    """Return for each segment the index of its recording."""
    return np.repeat(np.arange(len(recordings)), [len(recording.activations) for recording in recordings])


def recording_means(positive: npt.NDArray[np.floating], owner: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return each recording's probability: the mean over its segments."""
    result: npt.NDArray[np.float64] = np.bincount(owner, positive) / np.bincount(owner)
    return result


def _folds(labels: npt.NDArray[np.int64], seed: int) -> npt.NDArray[np.intp]:
    """Return each recording's fold, both polarities spread evenly over as many folds as they allow."""
    counts = np.bincount(labels, minlength=2)
    if counts.min() < MINIMUM:
        raise UsageError(
            f"learning needs at least {MINIMUM} recordings of each kind; there are {counts[1]} positive "
            f"and {counts[0]} negative"
        )
    folds = np.empty(len(labels), dtype=np.intp)
    random = np.random.default_rng(seed)
    for label in (0, 1):
        places = random.permutation(np.flatnonzero(labels == label))
        folds[places] = np.arange(len(places)) % min(FOLDS, counts.min())
    return folds


def _repeat(lessons: Lessons, count: int, heard: npt.NDArray[np.bool_]) -> Lessons:
    """Return the lessons once a fold, without the segments that the fold must not hear (`heard` (count, n))."""
    labels = np.repeat(lessons.labels, count, axis=0)
    share = np.repeat(lessons.weights, count, axis=0) * heard
    clips = Prepared(_tile(lessons.clips.entry, count), _tile(lessons.clips.skip, count))
    return Lessons(clips, labels, balanced_weights(labels, share.astype(np.float32)))


def _tile(clips: Array, count: int) -> Array:
    """Return one person's clips for each of `count` networks, without a copy."""
    return np.broadcast_to(clips, (count, *clips.shape[1:]))
