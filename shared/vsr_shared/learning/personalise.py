"""Personal training with a gate: a personal tail and head is kept only where it wins on clips it did not hear.

The person's recordings are split into folds, never one recording over two. Every fold's network is trained on the
others, all folds in one batch, so that each recording is judged once by a network that did not hear it. Where that
beats what was there before, the kept network is trained on all recordings, and its temperature is taken from those
judgements: networks that learnt a few recordings well are surer of the next than they should be.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vsr_shared.emotions import Polarity
from vsr_shared.errors import UsageError
from vsr_shared.learning.local_training import Lessons, LocalTraining, balanced_weights, train
from vsr_shared.learning.temperature import best_temperature, recording_means, sigmoid, tempered
from vsr_shared.metrics import Probabilities, Scores, correct, log_likelihoods, scores
from vsr_shared.network.tail_head import Prepared, log_probabilities_of, prepare
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
    heard_odds = _log_odds(lead, frozen, lessons.clips)
    unheard_odds = np.empty(len(owner))
    for fold in range(count):
        places = np.flatnonzero(folds[owner] == fold)
        own = {name: array[fold : fold + 1] for name, array in judged.items()}
        unheard_odds[places] = _log_odds(own, frozen, lessons.clips[places[None]])
    was = recording_means(sigmoid(heard_odds), owner)
    is_now = _tempered_by_the_others(labels, unheard_odds, owner, folds)
    final = train(
        lead,
        frozen,
        lessons,
        settings,
        [seed],
        on_epoch and (lambda epoch, loss: on_epoch(settings.epochs + epoch, float(loss.mean()))),
    )
    weights = tempered({name: array[0] for name, array in final.items()}, best_temperature(labels, unheard_odds, owner))
    return Personalised(weights, scores(labels, was), scores(labels, is_now), wins(labels, was, is_now))


def _log_odds(weights: Weights, frozen: Weights, clips: Prepared) -> npt.NDArray[np.float64]:
    """Return each segment's log-odds of positive (n,) for one network and one person."""
    log_p = log_probabilities_of(weights, frozen, clips)[0].astype(np.float64)
    odds: npt.NDArray[np.float64] = log_p[:, 1] - log_p[:, 0]
    return odds


def _tempered_by_the_others(
    labels: npt.NDArray[np.int64],
    log_odds: npt.NDArray[np.float64],
    owner: npt.NDArray[np.intp],
    folds: npt.NDArray[np.intp],
) -> npt.NDArray[np.float64]:
    """Return each recording's probability, each fold at the temperature that suits the other folds."""
    result = np.empty(len(labels))
    for fold in range(int(folds.max()) + 1):
        others, own = folds != fold, folds == fold
        rank = np.cumsum(others) - 1
        segments = others[owner]
        temperature = best_temperature(labels[others], log_odds[segments], rank[owner[segments]])
        result[own] = recording_means(sigmoid(log_odds / temperature), owner)[own]
    return result


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
