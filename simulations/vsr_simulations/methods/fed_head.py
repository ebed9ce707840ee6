"""FedAvg of the head alone over a tail at rest: 492,290 of 774,914 numbers travel, and a clip meets the tail once.

Linear probing in federated rounds: Legate et al., Guiding the Last Layer in Federated Learning with Pre-Trained Models,
NeurIPS 2023.
"""

from typing import Final

from vsr_shared.learning.local_training import train
from vsr_shared.network.parts import HEAD_SHAPES
from vsr_simulations.engine.method import LocalOutcome, LocalRound, Method, deltas_to

_HEAD: Final = frozenset(HEAD_SHAPES)


def train_head(given: LocalRound) -> LocalOutcome:
    """Train the head, the tail at rest."""
    trained = train(given.start(), given.frozen, given.lessons, given.local, given.seeds, moving=_HEAD)
    return LocalOutcome(deltas_to(given.common, trained, _HEAD), {})


FED_HEAD = Method("fedavg of the head", "Legate et al., NeurIPS 2023", train_head, _HEAD, tail_rests=True)
