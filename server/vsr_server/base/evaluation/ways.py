"""The ways to predict that stand beside each other: the base, the majority, features, the untrained network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vsr_server.base.evaluation.baselines import (
    Judge,
    cannot_learn,
    cepstral_statistics,
    linear_model,
    majority,
    support_vectors,
)
from vsr_server.base.evaluation.evaluate import base_probabilities
from vsr_server.base.evaluation.untrained import pooled_activations, untrained_network
from vsr_server.base.images import Images, images_of
from vsr_server.corpora.clip import Clip
from vsr_shared.base import Base

Floats = npt.NDArray[np.floating[Any]]
Say = Callable[[str], None]

BASE: Final = "base"
MFCC_SVM: Final = "MFCC + SVM"
UNTRAINED_STRENGTH: Final = 0.003
"""C of the logistic regression on 1,888 features of few speakers. Four folds of 52 training speakers gave UAR 0.538,
0.569 and 0.574 and NLL 0.687, 0.683 and 0.723 with 0.0001, 0.001 and 0.01."""


@dataclass(frozen=True)
class Side:
    """Recordings with their files' SHA-256 and their images."""

    voices: tuple[Clip, ...]
    prints: tuple[str, ...]
    images: Images

    @property
    def labels(self) -> npt.NDArray[np.int64]:
        """1 for positive, 0 for negative, of each recording (n,)."""
        return np.array([voice.positive for voice in self.voices], dtype=np.int64)


Way = Callable[[Side], Floats]
"""A side of n recordings in, probabilities of positive (n,) out."""


def base_way(base: Base, say: Say) -> Way:
    """Return the base itself, as a person's machine runs it."""
    return lambda side: base_probabilities(base, side.images, say)[1]


def baseline_ways(known: Side, untrained: bool, cache: Path, say: Say) -> dict[str, Way]:
    """Return the baselines, each fitted on `known` alone; UsageError where they cannot be fitted."""
    ways: dict[str, Way] = {"majority": lambda side: majority(known.voices, len(side.voices))}
    rows = _cepstral(known)
    say(f"fitting the baselines on {len(known.voices)} recordings")
    for name, fit in (("MFCC + linear", linear_model), (MFCC_SVM, support_vectors)):
        ways[name] = _judging(fit(known.voices, rows), _cepstral)
    if untrained:
        heard = _untrained(cache, say)
        judge = linear_model(known.voices, heard(known), UNTRAINED_STRENGTH)
        ways["untrained + linear"] = _judging(judge, heard)
    return ways


def why_no_baselines(known: Sequence[Clip]) -> str | None:
    """Return why nothing can stand beside the base, None where it can."""
    if not known:
        return (
            "no baselines: nobody the base was made with is in this folder for them to learn from; name the folder "
            "that they are in with --known"
        )
    reason = cannot_learn(known)
    return f"no baselines: {reason}" if reason else None


def _judging(judge: Judge, features: Callable[[Side], Floats]) -> Way:
    return lambda side: judge(features(side))


def _cepstral(side: Side) -> Floats:
    return cepstral_statistics(side.images)[1]


def _untrained(cache: Path, say: Say) -> Callable[[Side], Floats]:
    network = untrained_network(cache, say)
    spec = network.manifest.spectrogram

    def features(side: Side) -> Floats:
        images = images_of(side.voices, side.prints, spec, cache, say)
        return pooled_activations(network, images, side.prints, cache, say)

    return features
