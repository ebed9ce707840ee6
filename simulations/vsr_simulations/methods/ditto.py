"""Ditto: beside the common model each person trains their own, pulled towards the common one.

Li et al., Ditto: Fair and Robust Federated Learning Through Personalization, ICML 2021, algorithm 1.
The common model is FedAvg's. With `pull` 0 people's own models are trained by themselves alone; with a large one
they stay at the common model that the round sent.
"""

from vsr_shared.learning.local_training import train
from vsr_simulations.engine.method import LocalOutcome, LocalRound, Method
from vsr_simulations.methods.fed_avg import train_all
from vsr_simulations.methods.own_part import common_and_own


def ditto(pull: float = 0.1) -> Method:
    """Return Ditto with lambda `pull`, 0 to 100."""

    def local(given: LocalRound) -> LocalOutcome:
        own = train(
            given.own,
            given.frozen,
            given.lessons,
            given.with_local(proximal=pull).local,
            given.seeds,
            anchor=given.start(),
        )
        return LocalOutcome(train_all(given).deltas, own)

    return Method(f"ditto {pull:g}", "Li et al., ICML 2021, algorithm 1", local, begin=dict, judge=common_and_own)
