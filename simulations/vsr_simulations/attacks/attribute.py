"""Attributes of a person guessed from a view of their update, by what shadow people's updates look like.

Feng et al., *Attribute Inference Attack of Speech Emotion Recognition in Federated Learning Settings*, 2021 (arXiv
2112.13416): the attacker makes updates of people whose attribute is known, in the same way, and learns a classifier on
them. There it is a small network, here ridge regression: with tens of people there is not more to learn from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vsr_simulations.attacks.traits import ALL, FIRST, Rows, Traits

PARTS: Final = (FIRST, ALL)
STRENGTHS: Final = (1e2, 1e3, 1e4)
FOLDS: Final = 5

Names = npt.NDArray[np.str_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Choice:
    """How the attacker learns: chosen by how well it does among shadow people, each judged by others."""

    part: str
    strength: float
    shadow_uar: float


@dataclass(frozen=True)
class Guesses:
    """What is said of each row that is attacked."""

    rows: Numbers
    said: Names
    choice: Choice


def guess(traits: Traits, truth: Names, person: Numbers, attacked: Sequence[int]) -> Guesses:
    """Return what the attacker says of every row (d,) of the `attacked` people, having learnt from all other people.

    Whoever is attacked is left out whole, with all their rows; settings are chosen on the never attacked alone.
    """
    parts = {part: traits.of(part) for part in PARTS}
    shadow = ~np.isin(person, attacked)
    choice = _choose(parts, truth, person, shadow)
    features = parts[choice.part]
    rows = np.flatnonzero(~shadow)
    said = truth.copy()
    for one in np.unique(person[rows]):
        own = person == one
        said[own] = _learnt(features[~own], truth[~own], choice.strength).predict(features[own])
    return Guesses(rows, said[rows], choice)


def _choose(parts: dict[str, Rows], truth: Names, person: Numbers, shadow: npt.NDArray[np.bool_]) -> Choice:
    from sklearn.model_selection import StratifiedGroupKFold

    among, found = np.flatnonzero(shadow), []
    smallest = int(np.unique(truth[among], return_counts=True)[1].min())
    folds = max(2, min(FOLDS, len(np.unique(person[among])), smallest))
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    turns = list(split.split(among, truth[among], person[among]))
    for part, strength in product(PARTS, STRENGTHS):
        features, said = parts[part][among], truth[among].copy()
        for learn, judge in turns:
            said[judge] = _learnt(features[learn], truth[among][learn], strength).predict(features[judge])
        found.append(Choice(part, strength, plain_uar(truth[among], said)))
    return max(found, key=lambda choice: choice.shadow_uar)


def plain_uar(truth: Names, said: Names) -> float:
    """Return the mean recall over the classes there are."""
    return float(np.mean([(said[truth == one] == one).mean() for one in np.unique(truth)]))


def _learnt(features: Rows, truth: Names, strength: float) -> Any:
    from sklearn.linear_model import RidgeClassifier

    return RidgeClassifier(alpha=strength, class_weight="balanced").fit(features, truth)
