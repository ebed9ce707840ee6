"""What was heard, out of a gradient or an update: activations and labels.

One clip, one gradient: a dense layer's slope is its input times its outputs' errors, and the bias' slope is these
errors, so that the input is there exactly (Phong et al., *Privacy-Preserving Deep Learning via Additively Homomorphic
Encryption*, IEEE TIFS 2018, section III; Zhu et al., *Deep Leakage from Gradients*, NeurIPS 2019, searches where there
is no bias). The label is the output whose bias the gradient pushes up (Zhao et al., *iDLG*, 2020, section 3.1).

What machines really send is the end of several steps of Adam over several clips, which evens out how large a slope was.
There the activations are guessed by ridge regression, learnt from shadow people whose updates and recordings are known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_shared.network.parts import TRUNK_CHANNELS
from vsr_shared.network.tail_head import prepare
from vsr_shared.weights import Array, Weights
from vsr_simulations.attacks.attribute import Numbers
from vsr_simulations.attacks.traits import FIRST, Traits
from vsr_simulations.engine.heard import HeardClips

STRENGTH: Final = 1e3
CANDIDATES: Final = 50
"""Draws among which the attacker has to find the right one."""


@dataclass(frozen=True)
class Recovered:
    """How much of the activations was recovered, over the attacked people."""

    explained: float
    """Of how far it lies from the mean of all other people's, at most 1; 0 for guessing that mean, below for worse."""
    low: float
    high: float
    """95 % interval over people (bootstrap)."""
    picked: float
    """How often the right one of CANDIDATES draws' activations lies nearest to what was recovered."""
    chance: float
    people: int


def input_of_dense(kernel: Array, bias: Array) -> Array:
    """Return the input (i,) of a dense layer from the slopes of its kernel (i, o) and bias (o,), for one example.

    Of several examples it is their mean, each weighted by its outputs' errors; zeros where nothing was wrong.
    """
    wrong = bias.astype(np.float64)
    length = float(wrong @ wrong)
    return np.asarray(kernel @ wrong / length if length else np.zeros(len(kernel)), np.float32)


def label_of(bias_change: Array) -> int:
    """Return the label of one example from the last layer's bias (2,): the output that an update raises more."""
    return int(np.argmax(bias_change))


def pooled(weights: Weights, frozen: Weights, clips: HeardClips) -> Array:
    """Return what the dense layer hears of each clip's trunk, (clips, 1888): the mean over segments and positions."""
    gamma, beta = weights["bn/gamma"][:TRUNK_CHANNELS], weights["bn/beta"][:TRUNK_CHANNELS]
    each = np.maximum(prepare(clips.activations[None], frozen).skip[0] * gamma + beta, 0).mean(axis=(1, 2))
    return np.stack([each[clips.owner == clip].mean(axis=0) for clip in range(len(clips))]).astype(np.float32)


def recover(traits: Traits, truth: Array, person: Numbers, attacked: Sequence[int]) -> Array:
    """Return the guessed mean activation (rows, 1888) of every attacked row, in order, learnt from all other people."""
    features = traits.of(FIRST)
    rows = np.flatnonzero(np.isin(person, attacked))
    guessed = np.zeros((len(rows), truth.shape[1]), np.float32)
    for one in np.unique(person[rows]):
        own = person == one
        guessed[person[rows] == one] = _ridge(features[~own], truth[~own], features[own])
    return guessed


def judge_recovered(guessed: Array, truth: Array, person: Numbers, attacked: Sequence[int]) -> Recovered:
    """Return how near `guessed` (rows, k) comes to `truth` (d, k) of the attacked rows; `person` is (d,)."""
    rows = np.flatnonzero(np.isin(person, attacked))
    people = np.unique(person[rows])
    middles = {one: truth[person != one].mean(axis=0) for one in people}
    middle = np.stack([middles[one] for one in person[rows]])
    left = ((truth[rows] - guessed) ** 2).sum(axis=1)
    whole = ((truth[rows] - middle) ** 2).sum(axis=1)
    sums = np.array([[left[person[rows] == one].sum(), whole[person[rows] == one].sum()] for one in people])
    random = np.random.default_rng(0)
    drawn = sums[random.integers(len(people), size=(2000, len(people)))].sum(axis=1)
    low, high = np.percentile(1 - drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    explained = float(1 - sums[:, 0].sum() / sums[:, 1].sum())
    picked, chance = _picked(guessed - middle, truth[rows] - middle, random)
    return Recovered(explained, float(low), float(high), picked, chance, len(people))


def _ridge(learn: Array, truth: Array, asked: Array) -> Array:
    centre, middle = learn.mean(axis=0), truth.mean(axis=0)
    known, new = learn - centre, asked - centre
    kernel = known @ known.T + np.float32(STRENGTH) * np.eye(len(known), dtype=np.float32)
    guessed: Array = middle + (new @ known.T) @ np.linalg.solve(kernel, truth - middle)
    return guessed


def _picked(guessed: Array, truth: Array, random: np.random.Generator) -> tuple[float, float]:
    """Return how often a row's own truth points most the way it was guessed, among CANDIDATES, and chance."""
    unit = [one / np.maximum(np.linalg.norm(one, axis=1, keepdims=True), 1e-12) for one in (guessed, truth)]
    size = min(CANDIDATES, len(truth))
    right = []
    for row in range(len(truth)):
        others = np.delete(np.arange(len(truth)), row)
        among = np.append(random.choice(others, size - 1, replace=False), row)
        right.append(among[int(np.argmax(unit[1][among] @ unit[0][row]))] == row)
    return float(np.mean(right)), 1 / size


def center_cosine(found: npt.NDArray[np.floating], truth: npt.NDArray[np.floating], middle: Array) -> float:
    """Return the cosine between what was found and the truth, both without the shadow people's mean."""
    one, other = found - middle, truth - middle
    return float(one @ other / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-12))
