"""How often an attacker is right, with an interval over people: clips and rounds of one person are not independent."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_simulations.attacks.attribute import Names, Numbers

RESAMPLED: Final = 2000


@dataclass(frozen=True)
class Found:
    """How often what is said is true."""

    uar: float
    """Mean over the classes of the mean over people of how often their rows of the class are told."""
    low: float
    high: float
    """95 % interval of it: people are drawn anew, as many of each class as there are (bootstrap)."""
    chance: float
    """One over the classes: what saying always the same, or drawing lots, comes to."""
    majority: float
    """Share of rows of the commonest class: accuracy of always saying that."""
    accuracy: float
    people: int
    rows: int


def judge(truth: Names, said: Names, person: Numbers) -> Found:
    """Return how often `said` (d,) is the `truth`, rows being of `person`."""
    classes = np.unique(truth)
    tables = [_recalls(truth, said, person, one) for one in classes]
    random = np.random.default_rng(0)
    # Where a person is a class, as in telling speakers apart, people alone are drawn.
    one_class_each = sum(map(len, tables)) == len(np.unique(person)) > len(classes)
    drawn = []
    for _ in range(RESAMPLED):
        if one_class_each:
            means = [_drawn(np.array(list(values.values())), random) for values in tables]
        else:
            people = [int(one) for one in random.choice(np.unique(person), len(np.unique(person)))]
            means = [float(np.mean([values[one] for one in people if one in values] or [np.nan])) for values in tables]
        drawn.append(float(np.nanmean(means)))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Found(
        uar=float(np.mean([np.mean(list(values.values())) for values in tables])),
        low=float(low),
        high=float(high),
        chance=1 / len(classes),
        majority=float(max((truth == one).mean() for one in classes)),
        accuracy=float((truth == said).mean()),
        people=len(np.unique(person)),
        rows=len(truth),
    )


def _recalls(truth: Names, said: Names, person: Numbers, one: str) -> dict[int, float]:
    """Return by person how many of their rows of class `one` are told."""
    rows = truth == one
    return {int(who): float((said[rows & (person == who)] == one).mean()) for who in np.unique(person[rows])}


def _drawn(values: npt.NDArray[np.float64], random: np.random.Generator) -> float:
    return float(values[random.integers(len(values), size=len(values))].mean())
