"""Which numbers people share: all of tail and head, the head, or its last layer alone. Each with its own training.

What is not shared stays as the base has it. The fewer numbers, the less noise in all, by their root.
"""

from dataclasses import dataclass, replace
from typing import Final

from vsr_shared.learning.local_training import LocalTraining, train
from vsr_shared.weights import Layout, Weights
from vsr_simulations.engine.method import LocalOutcome, LocalRound, Method, deltas_to
from vsr_simulations.methods.fed_avg import FED_AVG

LAST_LAYER: Final = frozenset({"polarity/kernel", "polarity/bias"})
HEAD: Final = LAST_LAYER | {"hidden/kernel", "hidden/bias"}


@dataclass(frozen=True)
class SharedPart:
    """What people share, and how they train it in a round: a handful tried without noise, on nemo's speakers."""

    name: str
    method: Method
    local: LocalTraining
    rounds: int
    clip_norm: float
    """The median length of an update: half of the people are shortened."""

    def size(self, weights: Weights) -> int:
        """Return how many numbers of `weights` are shared."""
        names = self.method.shared or frozenset(weights)
        return Layout.of({name: weights[name] for name in names}).size


def _only(names: frozenset[str]) -> Method:
    def local(given: LocalRound) -> LocalOutcome:
        trained = train(given.start(), given.frozen, given.lessons, given.local, given.seeds, moving=names)
        return LocalOutcome(deltas_to(given.common, trained, names), {})

    return replace(FED_AVG, name=f"fedavg, {'+'.join(sorted(names))}", local=local, shared=names)


PARTS: Final = {
    part.name: part
    for part in (
        SharedPart("tail and head", FED_AVG, LocalTraining(epochs=2, learning_rate=1e-3), 10, 0.7),
        SharedPart("head", _only(HEAD), LocalTraining(epochs=2, learning_rate=1e-3), 10, 0.3),
        SharedPart("last layer", _only(LAST_LAYER), LocalTraining(epochs=5, learning_rate=1e-2), 5, 0.16),
    )
}
