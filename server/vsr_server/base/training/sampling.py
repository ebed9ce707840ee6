"""Which recordings a step sees: no corpus, polarity, speaker or emotion drowns the others; and the batch itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vsr_server.base.images import Images
from vsr_server.base.training.augment import augment
from vsr_server.base.training.recipe import Recipe
from vsr_server.corpora.clip import Clip
from vsr_shared.emotions import Emotion
from vsr_shared.network.image_input import network_input

Floats = npt.NDArray[np.float32]
Shares = npt.NDArray[np.floating[Any]]
EMOTIONS = tuple(Emotion)


@dataclass(frozen=True)
class Batch:
    """Network input (n, h, w, 3) and the two targets, as probabilities: polarity (n, 2) and emotion (n, 8)."""

    inputs: Floats
    polarity: Floats
    emotion: Floats


def chances(voices: Sequence[Clip], corpus_weights: Mapping[str, float]) -> Shares:
    """Return the chance (n,) of each recording to be drawn; they sum to 1.

    A corpus gets its weight (those that are not named share what the named leave of 1, as equals), half of it a
    polarity; within, a speaker and an emotion count with the square root of their recordings.
    """
    corpora = sorted({voice.corpus for voice in voices})
    others = [corpus for corpus in corpora if corpus not in corpus_weights]
    left = max(0.1, 1 - sum(corpus_weights.get(corpus, 0) for corpus in corpora))
    weights = {corpus: corpus_weights.get(corpus, left / max(1, len(others))) for corpus in corpora}
    result = np.zeros(len(voices))
    corpus_of = np.array([voice.corpus for voice in voices])
    polarity_of = np.array([voice.positive for voice in voices])
    for corpus in corpora:
        for polarity in (0, 1):
            group = np.flatnonzero((corpus_of == corpus) & (polarity_of == polarity))
            if not len(group):
                continue
            share = _inverse_root([voices[int(i)].speaker for i in group])
            share = share * _inverse_root([voices[int(i)].emotion for i in group])
            result[group] = 0.5 * weights[corpus] * share / share.sum()
    total: Shares = result / result.sum()
    return total


def draw(images: Images, voices: Sequence[Clip], chance: Shares, recipe: Recipe, step: int) -> Batch:
    """Return the batch of `step`: it depends on the recipe's seed and the step alone, so that a run can be resumed.

    `chance` (n,) belongs to the n images.
    """
    rng = np.random.default_rng([recipe.seed, step])
    chosen = rng.choice(len(chance), recipe.batch_size, p=chance)
    variety = recipe.phase_at(step).variety
    pictures = augment(images.pictures[chosen], rng, min(1.0, recipe.augmentation * variety))
    drawn = [voices[images.recording[i]] for i in chosen]
    polarity = np.eye(2, dtype=np.float32)[[voice.positive for voice in drawn]]
    emotion = np.eye(len(EMOTIONS), dtype=np.float32)[[EMOTIONS.index(voice.emotion) for voice in drawn]]
    if recipe.mixup * variety and rng.random() < 0.5:
        pictures, polarity, emotion = _mixed(rng, recipe.mixup * variety, pictures, polarity, emotion)
    smoothing = recipe.label_smoothing
    return Batch(network_input(pictures), _smoothed(polarity, smoothing), _smoothed(emotion, smoothing))


def _mixed(rng: np.random.Generator, alpha: float, *arrays: Floats) -> tuple[Floats, Floats, Floats]:
    """Mixup (Zhang et al. 2018), one share for the batch, the larger part the recording's own."""
    drawn = rng.beta(alpha, alpha)
    share, partner = np.float32(max(drawn, 1 - drawn)), rng.permutation(len(arrays[0]))
    pictures, polarity, emotion = ((share * a + (1 - share) * a[partner]).astype(np.float32) for a in arrays)
    return pictures, polarity, emotion


def _smoothed(targets: Floats, smoothing: float) -> Floats:
    smoothed: Floats = (targets * (1 - smoothing) + smoothing / targets.shape[1]).astype(np.float32)
    return smoothed


def _inverse_root(labels: Sequence[str]) -> Shares:
    _, place, count = np.unique(np.array(labels), return_inverse=True, return_counts=True)
    result: Shares = count[place] ** -0.5
    return result
