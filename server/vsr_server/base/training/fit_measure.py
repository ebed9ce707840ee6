"""By what a memory compares voices: learnt from the speakers a base is trained on, so that it serves one never heard.

Each step teaches a memory a few clips of one half of a speaker's sentences and asks it about the other half, as a
person will use it; what is learnt is the measure under which it answers best, as in Deep Kernel Transfer (Patacchiola
et al., NeurIPS 2020) with a linear map in the place of a network and ridge regression in that of a Gaussian process.
The network has no say in it: what it knows of its own training speakers it will not know of others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vsr_server.base.images import Images
from vsr_server.corpora.clip import Clip
from vsr_shared.audio.cepstrum import STATISTICS, cepstral_statistics
from vsr_shared.learning.adam import adam_step, fresh_moments
from vsr_shared.learning.measure import plain_measure
from vsr_shared.learning.memory import squared_distances
from vsr_shared.learning.odds import sigmoid
from vsr_shared.weights import Array

STEPS: Final = 500
TASKS: Final = 12
"""Tasks a step, each of one speaker."""
TAUGHT: Final = (6, 10, 16, 24, 30)
"""Clips a memory is taught, one of these by chance, half of each polarity."""
ASKED: Final = 60
LEAST: Final = 20
"""Clips of each polarity without which a speaker is left out."""
PULL: Final = 0.03
"""On half the squared distance to the plain measure. Chosen on validation speakers; half as much hardly differs."""
RATE: Final = 0.005
_AT_ONCE: Final = 1000

Floats = npt.NDArray[np.floating[Any]]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Spoken:
    """Clips that a measure is learnt from, n in all."""

    statistics: Array
    """(n, 79)"""
    positive: npt.NDArray[np.int64]
    """(n,)"""
    speakers: npt.NDArray[np.str_]
    """(n,)"""
    sentences: npt.NDArray[np.str_]
    """(n,): what is said."""


def spoken_in(voices: Sequence[Clip], images: Images) -> Spoken:
    """Return what a measure is learnt from: the segments of `images` whose recording's sentence is known."""
    known = [row for row, recording in enumerate(images.recording) if voices[recording].sentence is not None]
    clips = [voices[images.recording[row]] for row in known]
    parts = [images.pictures[known[first : first + _AT_ONCE]] for first in range(0, len(known), _AT_ONCE)]
    statistics = [np.zeros((0, STATISTICS), np.float32), *map(cepstral_statistics, parts)]
    return Spoken(
        np.concatenate(statistics),
        np.array([clip.positive for clip in clips], np.int64),
        np.array([clip.speaker for clip in clips], np.str_),
        np.array([str(clip.sentence) for clip in clips], np.str_),
    )


def fit_measure(spoken: Spoken, seed: int, steps: int = STEPS) -> Array:
    """Return the measure (79, 40) that suits the speakers of `spoken`; the plain one where too few can tell.

    A speaker can tell with 20 clips of each polarity and two sentences; at least two such speakers are needed.
    """
    speakers = [places for name in np.unique(spoken.speakers) if _can_tell(spoken, places := _of(spoken, name))]
    plain = plain_measure()
    if len(speakers) < 2:
        return plain
    learnt = {"measure": plain[None].copy(), "kernel": np.log(np.array([[2.0, 0.4, 2.0]], np.float32))}
    moments, random = fresh_moments(learnt), np.random.default_rng([seed, 64])
    for step in range(steps):
        slopes = [PULL * (learnt["measure"][0] - plain), np.zeros(3)]
        for _ in range(TASKS):
            taught, asked = _task(spoken, speakers[random.integers(len(speakers))], random)
            found = loss_and_slopes(learnt["measure"][0], learnt["kernel"][0], spoken, taught, asked)
            slopes = [slope + part / TASKS for slope, part in zip(slopes, found[1:], strict=True)]
        gradient = {name: slope[None].astype(np.float32) for name, slope in zip(learnt, slopes, strict=True)}
        fall = 0.5 * (1 + np.cos(np.pi * step / steps))
        adam_step(learnt, gradient, moments, RATE * fall, np.array([True]))
    measure: Array = learnt["measure"][0]
    return measure


def loss_and_slopes(
    measure: Floats, kernel: Floats, spoken: Spoken, taught: Indices, asked: Indices
) -> tuple[float, Floats, Floats]:
    """Return the cross-entropy of one task, polarities weighing the same, and its slopes in `measure` and `kernel`.

    `kernel` (3,) holds the logarithms of the kernel's sharpness, where the mean squared distance of what was taught is
    1, of the ridge, and of what an answer is worth in log-odds.
    """
    sharpness, ridge, worth = np.exp(kernel.astype(np.float64))
    known, new = (spoken.statistics[places].astype(np.float64) for places in (taught, asked))
    told, wanted = (np.where(spoken.positive[places] == 1, 1.0, -1.0) for places in (taught, asked))
    z, q = known @ measure, new @ measure
    apart, across = squared_distances(z, z), squared_distances(q, z)
    pairs = len(z) * (len(z) - 1)
    scale = sharpness * pairs / max(float(apart.sum()), 1e-9)
    near, reach = np.exp(-scale * apart), np.exp(-scale * across)
    inverse = np.linalg.inv(near + ridge * np.eye(len(z)))
    pull = inverse @ told
    odds = worth * (reach @ pull)
    share = 1 / (2 * np.bincount(spoken.positive[asked], minlength=2)[spoken.positive[asked]])
    loss = float(share @ np.logaddexp(0, -wanted * odds))
    # Backwards: odds, kernels, scaled distances, distances, places, measure.
    by_odds = -share * wanted * sigmoid(-wanted * odds)
    by_pull = inverse @ (reach.T @ (worth * by_odds))
    by_apart = np.outer(by_pull, pull) * near
    by_across = -np.outer(worth * by_odds, pull) * reach
    by_sharpness = float((by_apart * scale * apart).sum() + (by_across * scale * across).sum())
    by_apart = scale * by_apart - by_sharpness / max(float(apart.sum()), 1e-9)
    by_across = scale * by_across
    both = by_apart + by_apart.T
    by_z = 2 * (both.sum(axis=1)[:, None] * z - both @ z + by_across.sum(axis=0)[:, None] * z - by_across.T @ q)
    by_q = 2 * (by_across.sum(axis=1)[:, None] * q - by_across @ z)
    by_kernel = np.array([by_sharpness, -ridge * float(by_pull @ pull), float(by_odds @ odds)])
    return loss, known.T @ by_z + new.T @ by_q, by_kernel


def _task(spoken: Spoken, places: Indices, random: np.random.Generator) -> tuple[Indices, Indices]:
    """Return clips of one half of a speaker's sentences to teach, and of the other half to ask about."""
    while True:
        sentences = random.permutation(np.unique(spoken.sentences[places]))
        first = np.isin(spoken.sentences[places], sentences[: len(sentences) // 2])
        teach, ask = random.permutation(places[first]), random.permutation(places[~first])[:ASKED]
        each = int(random.choice(TAUGHT)) // 2
        taught = np.concatenate([teach[spoken.positive[teach] == label][:each] for label in (0, 1)])
        if all(len(np.unique(spoken.positive[side])) == 2 for side in (taught, ask)):
            return taught, ask


def _can_tell(spoken: Spoken, places: Indices) -> bool:
    """Say whether halves of the speaker's sentences can both have both polarities."""
    by_polarity = (spoken.sentences[places[spoken.positive[places] == label]] for label in (0, 1))
    fewest = int(np.bincount(spoken.positive[places], minlength=2).min())
    return fewest >= LEAST and len(np.intersect1d(*by_polarity)) > 1


def _of(spoken: Spoken, name: str) -> Indices:
    return np.flatnonzero(spoken.speakers == name)
