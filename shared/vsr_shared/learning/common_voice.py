"""What a federation learns of how voices sound: a few numbers about their measures (`measure`), beside tail and head.

Spectrogram features of a network that never heard a language carry little of it; how a person's measures lie apart
under emotion is much the same for people who speak alike. Learnt together are their centre, how far they stray within
a person and polarity, and a logistic model of what lies off a person's own centre, on top of what the network says.
The scale also tells a person's memory (`memory`) which distances mean something.

Locally the logistic model is fitted with a pull to the common one and a ridge (FedProx: Li et al., MLSys 2020,
equation 2), by steps that a bound on the curvature makes safe (Boehning & Lindsay, Ann. Inst. Stat. Math. 1988).
Removing a person's mean needs no label (Busso et al., Iterative Feature Normalization, IEEE TAFFC 2013).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_shared.learning.odds import sigmoid
from vsr_shared.network.parts import MEASURES
from vsr_shared.weights import Array, Weights

SHAPES: Final[Mapping[str, tuple[int, ...]]] = {
    "voice/centre": (MEASURES,),
    "voice/within": (MEASURES,),
    "voice/kernel": (MEASURES,),
    "voice/bias": (1,),
}
"""121 numbers."""
PULL: Final = 0.05
RIDGE: Final = 0.1
KNOWN_BY: Final = 10
"""Segments with which a person's centre is half their own mean and half the common centre."""
_STEPS: Final = 60
_LEAST_WITHIN: Final = 1e-3

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Voice:
    """A common voice, or a person's: the same with their own centre."""

    centre: Array
    """(40,)"""
    within: Array
    """(40,): variance within a person and polarity."""
    kernel: Array
    """(40,)"""
    bias: float

    def of_person(self, measures: Array) -> "Voice":
        """Return the voice with the centre of who said the segments `measures` (n, 40), labelled or not."""
        count = len(measures)
        if not count:
            return self
        centre = (measures.sum(axis=0) + KNOWN_BY * self.centre) / (count + KNOWN_BY)
        return Voice(centre.astype(np.float32), self.within, self.kernel, self.bias)

    def shift(self, measures: Array) -> Floats:
        """Return what to add to the log-odds (n,) of segments with `measures` (n, 40)."""
        result: Floats = (measures - self.centre).astype(np.float64) @ self.kernel.astype(np.float64) + self.bias
        return result

    def scaled(self, measures: Array) -> Array:
        """Return `measures` in the deviations that a person's own have within a polarity."""
        deviation = np.sqrt(np.maximum(self.within, np.float32(_LEAST_WITHIN)))
        result: Array = (measures / deviation).astype(np.float32)
        return result

    def to_arrays(self) -> dict[str, Array]:
        """Return the voice under names that no layer has."""
        bias = np.array([self.bias], np.float32)
        arrays = {"centre": self.centre, "within": self.within, "kernel": self.kernel, "bias": bias}
        return {f"voice/{name}": np.asarray(array, np.float32) for name, array in arrays.items()}


def silent_voice() -> Voice:
    """Return the voice before anybody taught one: it changes nothing."""
    zeros = np.zeros(MEASURES, np.float32)
    return Voice(zeros, np.ones(MEASURES, np.float32), zeros, 0.0)


def split_voice(weights: Weights) -> tuple[dict[str, Array], Voice | None]:
    """Return the other arrays in `weights`, and the voice kept with them, if there is one."""
    others = {name: array for name, array in weights.items() if name not in SHAPES}
    if len(others) == len(weights):
        return others, None
    centre, within, kernel, bias = (weights[name] for name in SHAPES)
    return others, Voice(centre, within, kernel, float(bias[0]))


def learn_voice(
    common: Voice, measures: Array, labels: npt.NDArray[np.int64], weights: Array, log_odds: Floats
) -> Voice:
    """Return one person's voice in a round, to be averaged over people.

    `measures` (n, 40), `labels` (n,) in {0, 1} and `weights` (n,), of any sum, which balance the polarities, are of
    their segments; `log_odds` (n,) are what the common network says of them.
    """
    share = weights.astype(np.float64) / weights.sum()
    centre = np.asarray(share @ measures, np.float32)
    person = common.of_person(measures)
    kernel, bias = _fit((measures - person.centre).astype(np.float64), labels, share, log_odds, common)
    return Voice(centre, _within(measures, labels, common.within), kernel.astype(np.float32), bias)


def _within(measures: Array, labels: npt.NDArray[np.int64], known: Array) -> Array:
    """Return the mean over polarities of the variance within, (40,); what is `known` where nobody can tell."""
    sides = [measures[labels == label] for label in (0, 1)]
    found = [side.var(axis=0, ddof=1) for side in sides if len(side) > 1]
    return np.mean(found, axis=0).astype(np.float32) if found else known


def _fit(
    off: Floats, labels: npt.NDArray[np.int64], share: Floats, log_odds: Floats, common: Voice
) -> tuple[Floats, float]:
    """Minimise weighted cross-entropy + PULL / 2 |w - common|^2 + RIDGE / 2 |kernel|^2 from the common model on."""
    design = np.column_stack([off, np.ones(len(off))])
    start = np.append(common.kernel.astype(np.float64), common.bias)
    ridge = np.append(np.full(off.shape[1], RIDGE), 0.0)
    # The logistic curvature is at most a quarter everywhere, so that these steps never overshoot.
    bound = (design.T * (share / 4)) @ design + np.diag(PULL + ridge)
    inverse, found = np.linalg.inv(bound), start.copy()
    for _ in range(_STEPS):
        slope = design.T @ (share * (sigmoid(log_odds + design @ found) - labels))
        found -= inverse @ (slope + PULL * (found - start) + ridge * found)
    return found[:-1], float(found[-1])
