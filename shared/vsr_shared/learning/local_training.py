"""Local training of tail and head on kept activations, of one person or of many in one batch.

The same function serves a person's own training, a machine's part in a round, and the simulator.
"""

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import UsageError
from vsr_shared.learning.adam import adam_step, fresh_moments
from vsr_shared.network.head import head_loss_and_gradient
from vsr_shared.network.parts import HEAD_SHAPES
from vsr_shared.network.tail_head import Prepared, features, loss_and_gradient
from vsr_shared.weights import Array, Weights

_LARGE: Final[tuple[str, ...]] = ("hidden/kernel", "conv5_block32_1_conv/kernel")
"""Nineteen of twenty numbers that are trained."""


@dataclass(frozen=True)
class LocalTraining:
    """How a machine trains. UsageError where a value lies outside what any machine accepts."""

    epochs: int = 5
    """Passes over the person's segments, 1 to 200."""
    learning_rate: float = 3e-4
    """Adam's step size in the first epoch, above 0 and at most 1; it falls evenly to its last part in the last."""
    batch_size: int = 16
    """Segments a step, 1 to 4,096."""
    proximal: float = 0.0
    """Pull towards the starting weights (FedProx: Li et al., MLSys 2020, equation 2), 0 to 100."""
    label_smoothing: float = 0.0
    """Share of each label given to the other polarity's side, 0 to below 1: targets 1 - s / 2 and s / 2."""

    def __post_init__(self) -> None:
        for name, low, high in (
            ("epochs", 1, 200),
            ("learning_rate", 1e-9, 1.0),
            ("batch_size", 1, 4096),
            ("proximal", 0, 100),
            ("label_smoothing", 0, 0.99),
        ):
            value = getattr(self, name)
            if not math.isfinite(value) or not low <= value <= high:
                raise UsageError(f"local training: {name} must lie between {low:g} and {high:g}, not {value:g}")


@dataclass(frozen=True)
class Lessons:
    """Labelled segments of u people, n places each; a place without a segment has weight 0."""

    prepared: Prepared | None
    """None where `features` are all there is: a head can learn from them, and nothing else."""
    labels: npt.NDArray[np.int64]
    """(u, n): 0 negative, 1 positive."""
    weights: Array
    """(u, n): what each segment counts; 0 leaves it out."""
    features: Array | None = None
    """(u, n, 1920): what the tail hands to the head, where it is known; else it is computed where it is needed."""

    @property
    def clips(self) -> Prepared:
        """The segments, ready for the tail. UsageError where only what a tail at rest made of them is there."""
        if self.prepared is None:
            raise UsageError("of these clips only what a tail at rest made of them is there; train the head alone")
        return self.prepared


def balanced_weights(labels: npt.NDArray[np.int64], share: Array) -> Array:
    """Return weights (u, n) that sum to 1 a person, half for each polarity that the person has.

    `share` (u, n) is what a segment counts before balancing: 1 over its recording's segments, 0 where there is none.
    """
    weights = np.zeros_like(share, dtype=np.float32)
    for label in (0, 1):
        chosen = np.where(labels == label, share, 0)
        total = chosen.sum(axis=1, keepdims=True)
        weights += np.divide(chosen, total, out=np.zeros_like(weights), where=total > 0)
    total = weights.sum(axis=1, keepdims=True)
    result: Array = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return result


@dataclass(frozen=True)
class Batch:
    """What one step of training sees of every person."""

    lessons: Lessons
    chosen: npt.NDArray[np.intp]
    """(u, b): places in `lessons`, -1 where a person has no segment in this step."""
    targets: Array
    """(u, b, 2), smoothed."""
    weights: Array
    """(u, b): scaled so that the slope is that of the whole loss in expectation, whatever the size of the batch."""
    counts: Array
    """(u,): by which `weights` were scaled."""
    active: npt.NDArray[np.bool_]
    """(u,): who has clips in this step."""
    rate: float
    """Adam's step size."""

    @cached_property
    def clips(self) -> Prepared:
        """The segments, (u, b, ...)."""
        return self.lessons.clips[self.chosen]


def epochs(lessons: Lessons, settings: LocalTraining, seeds: Sequence[int]) -> Iterator[Iterator[Batch]]:
    """Yield each epoch's batches; `seeds` (one a person) fix the order of the segments."""
    places = lessons.labels.shape[1]
    orders = [_Order(row, seed) for row, seed in zip(lessons.weights > 0, seeds, strict=True)]
    for epoch in range(settings.epochs):
        # Falling steps: with even ones the last batch of a handful of clips would decide which side is favoured.
        rate = settings.learning_rate * (1 - epoch / settings.epochs)
        yield _batches(lessons, settings, np.stack([order.next(places) for order in orders]), rate)


def _batches(lessons: Lessons, settings: LocalTraining, order: npt.NDArray[np.intp], rate: float) -> Iterator[Batch]:
    smoothing = np.float32(settings.label_smoothing)
    sides = np.eye(2, dtype=np.float32) * (1 - smoothing) + smoothing / 2
    present = (lessons.weights > 0).sum(axis=1)
    rows = np.arange(len(order))[:, None]
    for first in range(0, order.shape[1], settings.batch_size):
        chosen = order[:, first : first + settings.batch_size]
        share = np.where(chosen >= 0, lessons.weights[rows, chosen], 0)
        active = share.sum(axis=1) > 0
        if not active.any():
            return
        counts = present / np.maximum((share > 0).sum(axis=1), 1)
        targets = sides[lessons.labels[rows, chosen]]
        scaled = (share * counts[:, None]).astype(np.float32)
        yield Batch(lessons, chosen, targets, scaled, counts, active, rate)


def train(
    start: Weights,
    frozen: Weights,
    lessons: Lessons,
    settings: LocalTraining,
    seeds: Sequence[int],
    on_epoch: Callable[[int, Array], None] | None = None,
    *,
    moving: Collection[str] | None = None,
    anchor: Weights | None = None,
) -> dict[str, Array]:
    """Return the weights, each with leading axis u, after training from `start` (leading axis u, or 1 for all).

    `seeds` (one a person) fix the order of the segments. `on_epoch` is given the epoch, from 1, and each person's
    loss (u,) over it; whatever it raises ends the training. `moving` names the arrays that are trained, all where
    None, and the others come back as views that cannot be written to; `anchor` (leading axis u or 1) is what the
    proximal pull goes to, `start` where None.
    """
    people = len(lessons.labels)
    moves = start.keys() if moving is None else start.keys() & moving
    weights = {name: _for_each(array, people, name in moves) for name, array in start.items()}
    moved = {name: array for name, array in weights.items() if name in moves}
    towards = start if anchor is None else anchor
    # A tail at rest says the same of a clip in every step.
    heard = _features(weights, frozen, lessons) if moved.keys() <= HEAD_SHAPES.keys() else None
    rows = np.arange(people)[:, None]
    moments = fresh_moments(moved)
    # A step spends its slopes: the next one may write where they stood.
    into = {name: np.empty_like(moved[name]) for name in _LARGE if name in moved}
    for epoch, batches in enumerate(epochs(lessons, settings, seeds), 1):
        total = np.zeros(people, np.float32)
        for batch in batches:
            sides = batch.targets, batch.weights
            if heard is None:
                loss, gradient = loss_and_gradient(weights, frozen, batch.clips, *sides, into=into)
            else:
                loss, gradient = head_loss_and_gradient(weights, heard[rows, batch.chosen], *sides, into)
            total += loss / batch.counts
            slopes = {name: gradient[name] for name in moved}
            if settings.proximal:
                for name, slope in slopes.items():
                    slope += settings.proximal * (weights[name] - towards[name])
            adam_step(moved, slopes, moments, batch.rate, batch.active)
        if on_epoch:
            on_epoch(epoch, total)
    return weights


def _for_each(array: Array, people: int, moves: bool) -> Array:
    """Return `array` (u or 1, ...) once for each of u people, without a copy where it does not move."""
    if moves:
        return np.repeat(array, people // len(array), axis=0)
    return np.broadcast_to(array, (people, *array.shape[1:]))


def _features(weights: Weights, frozen: Weights, lessons: Lessons) -> Array:
    return features(weights, frozen, lessons.clips) if lessons.features is None else lessons.features


class _Order:
    """The shuffled places of one person's segments, epoch after epoch, -1 where there are none left."""

    def __init__(self, present: npt.NDArray[np.bool_], seed: int) -> None:
        self._places = np.flatnonzero(present)
        self._random = np.random.default_rng(seed)

    def next(self, length: int) -> npt.NDArray[np.intp]:
        order = np.full(length, -1, dtype=np.intp)
        order[: len(self._places)] = self._random.permutation(self._places)
        return order
