"""The small problem: three people of eight clips, whole batches, one epoch a round, plain gradient steps, three rounds.

Whole batches leave no order to differ in, and one epoch no falling steps. Every clip is one segment, half of them of
either polarity, so that balanced weights are the plain mean.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from tests.simulations.made_people import START, people
from vsr_shared.network.tail_head import logits, prepare
from vsr_shared.weights import Array, Weights
from vsr_simulations.engine.heard import Population

PEOPLE: Final = people(3, 8, seed=11)
ROUNDS: Final = 3
RATE: Final = 0.02
LAST: Final = ("polarity/kernel", "polarity/bias")
"""What is personal, or mixed, in this problem: the last layer, of which every published model has one."""
MU: Final = 2.0
"""Ditto's pull."""
KAPPA: Final = 50.0
"""FedDBE's."""
ETA: Final = 200.0
"""FedALA's step: its own 1 would hardly move W in so few rounds."""


def log_odds(weights: Weights, population: Population = PEOPLE) -> npt.NDArray[np.float64]:
    """Return what one tail and head says of everybody's held-out clips, (24,)."""
    lead = {name: array[None] for name, array in weights.items()}
    heard = [population[number].held_out.activations[None] for number in range(len(population))]
    said = [logits(lead, START.frozen, prepare(one, START.frozen))[0] for one in heard]
    return np.concatenate([one[:, 1] - one[:, 0] for one in said]).astype(np.float64)


def moved(weights: Weights) -> dict[str, float]:
    """Return how far each array lies from where it started."""
    return {name: float(np.linalg.norm(array - START.weights[name])) for name, array in weights.items()}


def trainable(weights: Weights) -> dict[str, Array]:
    """Return the arrays of tail and head among `weights`, what is not there as it started."""
    return {name: weights.get(name, array) for name, array in START.weights.items()}
