"""Whose update is it: told apart, among people of whom the attacker has other recordings, by what makes voices differ.

What makes voices differ is learnt from shadow people alone (discriminant analysis, as in speaker verification: Fisher
1936; Ioffe, *Probabilistic Linear Discriminant Analysis*, 2006). Each attacked person is then known by updates that the
attacker made of their recordings of one half of the sentences, and found by those of the other. Orekondy et al.,
*Gradient-Leaks: Understanding and Controlling Deanonymization in Federated Learning*, 2018, do the same to photographs.
"""

from collections.abc import Sequence
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_simulations.attacks.attribute import Names, Numbers
from vsr_simulations.attacks.traits import ALL, FIRST, Traits

COMPONENTS: Final = 60
SHRINKAGE: Final = 0.3
"""Of the covariance within people towards a round one, as there are few rows of each."""
PARTS: Final = (FIRST, ALL)


def link(
    traits: Traits, person: Numbers, half: Numbers, attacked: Sequence[int], names: Sequence[str]
) -> tuple[Numbers, Names]:
    """Return the attacked rows, and whose each is said to be: the nearest of the `attacked` by the other half's rows.

    `half` (d,) is 0 or 1 a row. How rows are compared is chosen by how well shadow people are told apart.
    """
    shadow = ~np.isin(person, attacked)
    others = [int(one) for one in np.unique(person[shadow]) if len(np.unique(half[person == one])) == 2]
    parts = {part: traits.of(part) for part in PARTS}
    ways = list(product(PARTS, (True, False)))
    part, parted = max(ways, key=lambda way: _right_among_shadows(parts[way[0]], person, half, others, way[1]))
    known = _axes(parts[part], person, shadow, parted)
    rows = np.flatnonzero(~shadow)
    said = _nearest(known, person, half, rows, attacked)
    return rows, np.array([names[one] for one in said])


def _right_among_shadows(
    features: npt.NDArray[np.float32], person: Numbers, half: Numbers, others: list[int], parted: bool
) -> float:
    """Return how often half of the shadow people are told apart by what the others teach."""
    right = []
    for side in (0, 1):
        judged = others[side::2]
        rows = np.flatnonzero(np.isin(person, judged))
        known = _axes(features, person, np.isin(person, others[1 - side :: 2]), parted)
        right += list(np.array(_nearest(known, person, half, rows, judged)) == person[rows])
    return float(np.mean(right)) if right else 0.0


def _axes(
    features: npt.NDArray[np.float32], person: Numbers, learn: npt.NDArray[np.bool_], parted: bool
) -> npt.NDArray[np.float64]:
    """Return all rows (d, k) one unit long, plainly or along what parts the people of the rows to `learn` from."""
    from sklearn.decomposition import PCA
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.pipeline import make_pipeline

    found = features - features[learn].mean(axis=0)
    if parted:
        size = min(COMPONENTS, int(learn.sum()) - 1, features.shape[1])
        axes = make_pipeline(PCA(size, random_state=0), LinearDiscriminantAnalysis(solver="eigen", shrinkage=SHRINKAGE))
        found = axes.fit(found[learn], person[learn]).transform(found)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    unit: npt.NDArray[np.float64] = found / np.maximum(length, 1e-12)
    return unit


def _nearest(
    known: npt.NDArray[np.float64], person: Numbers, half: Numbers, rows: Numbers, people: Sequence[int]
) -> list[int]:
    """Return for each of `rows` the one of `people` whose rows of the other half point most the same way."""
    middles = np.stack([[known[(person == one) & (half == side)].mean(axis=0) for one in people] for side in (0, 1)])
    return [int(people[int(np.argmax(middles[1 - half[row]] @ known[row]))]) for row in rows]
