"""Ways to judge a person's clips once they have taught some others, each with its figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vsr_shared.base import Base
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.learning.memory import split_memory
from vsr_shared.learning.odds import recording_means
from vsr_shared.learning.personalise import Recording, labels_of, owners, personalise
from vsr_shared.metrics import Probabilities, Scores, scores
from vsr_shared.network.parts import HEAD_SHAPES
from vsr_shared.prediction import judged
from vsr_shared.weights import Array, Weights

BASE: Final = "base"
PERSONAL: Final = "personal"
UNGATED: Final = "ungated"
UNTRAINED: Final = "untrained"
FEATURES: Final = "features"

TITLES: Final = {
    BASE: "base alone",
    PERSONAL: "taught",
    UNGATED: "taught, without the gate",
    UNTRAINED: "untrained head, taught",
    FEATURES: "logistic head, own clips",
}
"""What each way is called. "taught" is what the demo calls local only: personal training without any round."""

_FEATURES_C: Final = 0.01


@dataclass(frozen=True)
class Taught:
    """What teaching came to on the clips that were held out."""

    kept: bool
    """Whether the gate let the personal head in; where not, "personal" is the base."""
    scores: Mapping[str, Scores]


def teach_and_judge(
    base: Base, taught: Sequence[Recording], held_out: Sequence[Recording], training: LocalTraining, seed: int
) -> Taught:
    """Return the figures of every way on `held_out`, having learnt from `taught`.

    UsageError where `taught` has fewer than three recordings of a polarity.
    """
    labels = labels_of(held_out)
    result = personalise(base.trainable, base.frozen, taught, training, seed)
    alone = personalise(untrained_head(base.trainable, seed), base.frozen, taught, training, seed)
    said = {
        BASE: probabilities_of(base.trainable, base.frozen, held_out),
        UNGATED: probabilities_of(result.weights, base.frozen, held_out),
        UNTRAINED: probabilities_of(alone.weights, base.frozen, held_out),
        FEATURES: logistic_head(taught, held_out),
    }
    said[PERSONAL] = said[UNGATED] if result.kept else said[BASE]
    return Taught(result.kept, {name: scores(labels, said[name]) for name in TITLES})


def probabilities_of(weights: Weights, frozen: Weights, recordings: Sequence[Recording]) -> Probabilities:
    """Return each recording's probability of positive (n,), as a prediction with these weights has it."""
    activations, statistics = (
        np.concatenate(parts)
        for parts in zip(*((recording.activations, recording.statistics) for recording in recordings), strict=True)
    )
    layers, memory = split_memory(weights)
    lead = {name: array[None] for name, array in layers.items()}
    return recording_means(judged(lead, memory, frozen, activations, statistics), owners(recordings))


def untrained_head(trainable: Weights, seed: int) -> dict[str, Array]:
    """Return `trainable` with a head as Keras makes a new one: what is learnt is then the person's clips' alone.

    Kernels are uniform as Glorot & Bengio (AISTATS 2010, equation 16) have them, biases 0. The tail stays, because its
    stored statistics are of its own kernels.
    """
    random = np.random.default_rng(seed)
    head = {}
    for name, shape in HEAD_SHAPES.items():
        reach = np.sqrt(6 / sum(shape)) if name.endswith("kernel") else 0.0
        head[name] = random.uniform(-reach, reach, shape).astype(np.float32)
    return {**trainable, **head}


def logistic_head(taught: Sequence[Recording], held_out: Sequence[Recording]) -> Probabilities:
    """Return the probabilities (n,) of a logistic regression on pooled activations of the person's own clips."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=_FEATURES_C, class_weight="balanced", max_iter=1000))
    model.fit(_pooled(taught), labels_of(taught))
    positive: Probabilities = model.predict_proba(_pooled(held_out))[:, 1]
    return positive


def _pooled(recordings: Sequence[Recording]) -> Array:
    rows: Array = np.stack([recording.activations.mean(axis=(0, 1, 2)) for recording in recordings])
    return rows
