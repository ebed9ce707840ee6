"""FedALA: before a round each person mixes the common model into their own, array element by array element.

Zhang et al., FedALA: Adaptive Local Aggregation for Personalized Federated Learning, AAAI 2023, algorithm 1. Layers in
front are taken from the common model; behind them own + (common - own) * W, with W from 0 to 1 learnt by plain steps
on the person's clips: to convergence the first time, one pass a round after that. Then the mixture is trained.
With a rate of 0, W stays 1 and it is FedAvg; so it is with nothing `adapted`.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

import numpy as np

from vsr_shared.errors import UsageError
from vsr_shared.learning.local_training import Lessons, LocalTraining, balanced_weights, epochs, train
from vsr_shared.learning.personalise import lessons_of
from vsr_shared.network.parts import HEAD_SHAPES
from vsr_shared.network.tail_head import loss_and_gradient
from vsr_shared.weights import Array, Weights
from vsr_simulations.engine.method import Judged, LocalOutcome, LocalRound, Method, Stack, deltas_to

SETTLED: Final = 0.1
"""Deviation of a person's last ten losses below which W has converged; the authors' code has the same."""
_LOSSES: Final = 10
_MOST_PASSES: Final = 200
_W: Final = "ala/"
_MET: Final = "ala met"
"""1 where the person has learnt W before, else 0."""


def fed_ala(adapted: Collection[str] = tuple(HEAD_SHAPES), rate: float = 1.0, share: float = 0.8) -> Method:
    """Return FedALA: W for the arrays named `adapted`, learnt with step `rate` on `share`, 0 to 1, of the segments."""
    if not 0 < share <= 1 or rate < 0:
        raise UsageError(f"FedALA needs a rate of 0 or more and a share above 0 and at most 1, not {rate:g}, {share:g}")

    def begin(common: Weights) -> dict[str, Array]:
        ones = {_W + name: np.ones_like(common[name]) for name in adapted}
        return {**common, **ones, _MET: np.zeros(1, np.float32)}

    def local(given: LocalRound) -> LocalOutcome:
        lessons = _part(given.lessons, share, given.seeds)
        mixed, kept = _aggregate(given.common, given.own, given.frozen, lessons, given.local, given.seeds, rate)
        trained = train(mixed, given.frozen, given.lessons, given.local, given.seeds)
        return LocalOutcome(deltas_to(given.common, trained), {**trained, **kept})

    def judge(given: Judged) -> Weights:
        own = {name: array[None] for name, array in given.own.items()}
        if not len(given.clips):
            return {name: array[0] for name, array in _mixed(given.common, own).items()}
        lessons = _part(lessons_of(given.clips.recordings(), given.frozen), share, [given.seed])
        mixed, _ = _aggregate(given.common, own, given.frozen, lessons, given.local, [given.seed], rate)
        return {name: array[0] for name, array in mixed.items()}

    return Method("fedala", "Zhang et al., AAAI 2023, algorithm 1", local, begin=begin, judge=judge)


def _aggregate(
    common: Weights,
    own: Stack,
    frozen: Weights,
    lessons: Lessons,
    local: LocalTraining,
    seeds: tuple[int, ...] | list[int],
    rate: float,
) -> tuple[Stack, Stack]:
    """Learn W and return the mixture (u, ...), and W with who has learnt it."""
    kept = {name: array.copy() for name, array in own.items() if name.startswith(_W) or name == _MET}
    apart = {name: common[name.removeprefix(_W)] - own[name.removeprefix(_W)] for name in kept if name != _MET}
    # In a person's first round nothing of theirs differs from the common model yet.
    first = next(iter(common))
    going = np.array([bool(apart) and bool((common[first] != row).any()) for row in own[first]])
    losses: list[Array] = []
    one_pass = replace(local, epochs=1)
    for number in range(_MOST_PASSES):
        if not going.any():
            break
        losses.append(_one_pass(common, own, kept, apart, frozen, lessons, one_pass, seeds, rate, going))
        last = np.std(losses[-_LOSSES:], axis=0)
        settled = (last < SETTLED) & (number >= _LOSSES)
        done = going & ((kept[_MET][:, 0] > 0) | settled)
        kept[_MET][done] = 1
        going &= ~done
    return _mixed(common, {**own, **kept}), kept


def _one_pass(
    common: Weights,
    own: Stack,
    kept: Stack,
    apart: Stack,
    frozen: Weights,
    lessons: Lessons,
    local: LocalTraining,
    seeds: tuple[int, ...] | list[int],
    rate: float,
    going: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> Array:
    """Move W of who is `going` (u,) by one pass over the lessons, in place; return each one's loss (u,)."""
    total = np.zeros(len(going), np.float32)
    for batch in next(epochs(lessons, local, seeds)):
        mixed = _mixed(common, {**own, **kept})
        loss, slope = loss_and_gradient(mixed, frozen, batch.clips, batch.targets, batch.weights)
        total += loss / batch.counts
        moving = np.float32(rate) * (going & batch.active)
        for name, gap in apart.items():
            step = slope[name.removeprefix(_W)] * gap
            step *= moving.reshape(-1, *[1] * (gap.ndim - 1))
            np.clip(kept[name] - step, 0, 1, out=kept[name])
    return total


def _mixed(common: Weights, own: Stack) -> Stack:
    """Return the common arrays for everybody, those with a W mixed with their own by it."""
    people = len(own[_MET])
    return {
        name: own[name] + (array - own[name]) * own[_W + name]
        if _W + name in own
        else np.repeat(array[None], people, axis=0)
        for name, array in common.items()
    }


def _part(lessons: Lessons, share: float, seeds: tuple[int, ...] | list[int]) -> Lessons:
    """Return the lessons with a share of each person's segments, drawn by their seed, one at least."""
    if share == 1:
        return lessons
    weights = np.zeros_like(lessons.weights)
    for row, seed in enumerate(seeds):
        there = np.flatnonzero(lessons.weights[row])
        drawn = np.random.default_rng([seed, 1]).permutation(there)[: max(1, round(share * len(there)))]
        weights[row, drawn] = lessons.weights[row, drawn]
    return replace(lessons, weights=balanced_weights(lessons.labels, weights))
