"""Personal training with a gate: what a person taught is used unless their own recordings speak against it.

Two things are learnt from a person's labelled recordings. A memory (`memory`) pulls what sounds like a recording
towards its label, as far as the network did not get it right by itself. With 40 recordings and more, tail and head are
trained too, and go a part of the way from where they started to where the training ended; with fewer that adds nothing
(docs/base-model.md), and the network stays the one that everybody has.

For training, the recordings are split into folds, never one recording over two, and every fold's network is trained on
the others, all folds in one batch. So each recording is judged once by a network, and by a memory, that did not hear
it: that is what the memory corrects, and what the gate looks at.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_shared.emotions import Polarity
from vsr_shared.errors import UsageError
from vsr_shared.learning.common_voice import Voice
from vsr_shared.learning.gate import holds
from vsr_shared.learning.local_training import Lessons, LocalTraining, balanced_weights, train
from vsr_shared.learning.measure import measured
from vsr_shared.learning.memory import remember
from vsr_shared.learning.odds import recording_means, sigmoid
from vsr_shared.metrics import Scores, scores
from vsr_shared.network.tail_head import Prepared, log_probabilities_of, prepare
from vsr_shared.weights import Array, Weights

FOLDS = 5
MINIMUM = 3
"""Recordings of each polarity without which nothing can be learnt and judged."""
TRAINED_FROM: Final = 40
"""Recordings from which on tail and head are trained. Chosen on validation speakers, as the numbers below."""
HALF_WAY: Final = 90
"""Recordings with which a person's network goes half the way from where it started to where the training ended.

In between, a network keeps what the start knew of everybody (Wortsman et al., Robust Fine-Tuning of Zero-Shot Models,
CVPR 2022). Chosen on validation speakers, as the gate's patience and the memory's strength (docs/base-model.md).
"""
_ALONE: Final = 50
"""Recordings up to which the memory is judged by leaving out each by itself; beyond, fold by fold."""


@dataclass(frozen=True)
class Recording:
    """One labelled recording as the learning sees it."""

    activations: npt.NDArray[np.floating]
    """(segments, h, w, 1888)."""
    polarity: Polarity
    statistics: Array
    """(segments, 79), cepstral."""


@dataclass(frozen=True)
class Personalised:
    """What personal training came to."""

    weights: dict[str, Array]
    """The personal tail and head, no leading axis, the memory's arrays and a voice's; to be used only where `kept`."""
    before: Scores
    """Of the starting weights, on the same recordings."""
    after: Scores
    """Of networks and memories that did not hear the recording they were judged on."""
    kept: bool


def personalise(
    start: Weights,
    frozen: Weights,
    recordings: Sequence[Recording],
    settings: LocalTraining,
    seed: int = 0,
    on_epoch: Callable[[int, float], None] | None = None,
    voice: Voice | None = None,
) -> Personalised:
    """Learn a memory, and from 40 recordings on a tail and head, from `start` (no leading axis), and judge them.

    `on_epoch` is given the epoch, from 1 to twice `settings.epochs` (judging, then the final training), and the loss;
    it is not called where nothing is trained.
    A common `voice` has its say before and after, and scales what the memory compares; with the person's own centre it
    is among the weights.
    Raises UsageError where a polarity has fewer than 3 recordings.
    """
    labels, owner = labels_of(recordings), owners(recordings)
    lessons = lessons_of(recordings, frozen)
    folds = _folds(labels, seed)
    lead = {name: array[None] for name, array in start.items()}
    measures = measures_of(recordings, frozen)
    own = None if voice is None else voice.of_person(measures)
    said: float | npt.NDArray[np.float64] = 0.0 if own is None else own.shift(measures)
    measures = measures if own is None else own.scaled(measures)
    before = log_odds_of(lead, frozen, lessons.clips) + said
    network, unheard = dict(start), before
    if len(labels) >= TRAINED_FROM:
        unheard = _unheard_odds(lead, frozen, lessons, folds, owner, settings, seed, on_epoch) + said
        trained = train(
            lead,
            frozen,
            lessons,
            settings,
            [seed],
            on_epoch and (lambda epoch, loss: on_epoch(settings.epochs + epoch, float(loss.mean()))),
        )
        network = {name: array[0] for name, array in part_way(lead, trained, len(labels)).items()}
    memory = remember(measures, lessons.labels[0], lessons.weights[0], unheard)
    judges = np.arange(len(labels)) if len(labels) <= _ALONE else folds
    after = unheard + _unheard_shifts(measures, lessons, judges[owner], unheard)
    was, is_now = (recording_means(sigmoid(odds), owner) for odds in (before, after))
    kept = holds(labels, was, is_now)
    weights = network | memory.to_arrays() | ({} if own is None else own.to_arrays())
    return Personalised(weights, scores(labels, was), scores(labels, is_now), kept)


def part_way(start: Weights, trained: Weights, recordings: int) -> dict[str, Array]:
    """Return the weights between `start` and `trained` that suit so many recordings; leading axes of 1 stretch."""
    way = np.float32(recordings / (recordings + HALF_WAY))
    return {name: start[name] + way * (array - start[name]) for name, array in trained.items()}


def _unheard_odds(
    lead: Weights,
    frozen: Weights,
    lessons: Lessons,
    folds: npt.NDArray[np.intp],
    owner: npt.NDArray[np.intp],
    settings: LocalTraining,
    seed: int,
    on_epoch: Callable[[int, float], None] | None,
) -> npt.NDArray[np.float64]:
    """Return each segment's log-odds (n,) by the network that was trained without its recording's fold."""
    fold_of, count = folds[owner], int(folds.max()) + 1
    trained = train(
        lead,
        frozen,
        _repeat(lessons, count, fold_of[None] != np.arange(count)[:, None]),
        settings,
        [seed] * count,
        on_epoch and (lambda epoch, loss: on_epoch(epoch, float(loss.mean()))),
    )
    judges = part_way(lead, trained, len(folds))
    odds = np.empty(len(fold_of))
    for fold in range(count):
        places = np.flatnonzero(fold_of == fold)
        own = {name: array[fold : fold + 1] for name, array in judges.items()}
        odds[places] = log_odds_of(own, frozen, lessons.clips[places[None]])
    return odds


def _unheard_shifts(
    measures: Array, lessons: Lessons, judge_of: npt.NDArray[np.intp], odds: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return what a memory of all other groups adds to each segment (n,); `judge_of` (n,) says its group."""
    shifts = np.empty(len(odds))
    for judge in np.unique(judge_of):
        own, others = judge_of == judge, judge_of != judge
        labels = lessons.labels[:, others]
        weights = balanced_weights(labels, lessons.weights[:, others])[0]
        shifts[own] = remember(measures[others], labels[0], weights, odds[others]).shift(measures[own])
    return shifts


def log_odds_of(weights: Weights, frozen: Weights, clips: Prepared) -> npt.NDArray[np.float64]:
    """Return each segment's log-odds of positive (n,) for one network and one person."""
    log_p = log_probabilities_of(weights, frozen, clips)[0].astype(np.float64)
    odds: npt.NDArray[np.float64] = log_p[:, 1] - log_p[:, 0]
    return odds


def lessons_of(recordings: Sequence[Recording], frozen: Weights) -> Lessons:
    """Return one person's recordings as lessons (u = 1): polarities balanced, every recording counting the same."""
    clips = prepare(np.concatenate([recording.activations for recording in recordings])[None], frozen)
    owner = owners(recordings)
    labels = labels_of(recordings)[owner][None]
    share = (1 / np.bincount(owner)[owner]).astype(np.float32)[None]
    return Lessons(clips, labels, balanced_weights(labels, share))


def measures_of(recordings: Sequence[Recording], frozen: Weights) -> Array:
    """Return what is measured in the voice of each segment of `recordings`, (n, 40)."""
    return measured(np.concatenate([recording.statistics for recording in recordings]), frozen)


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
