"""FedProx: local training is pulled towards the common model. Li et al., MLSys 2020, algorithm 2.

With `mu` 0 it is FedAvg.
"""

from vsr_simulations.engine.method import LocalOutcome, LocalRound, Method
from vsr_simulations.methods.fed_avg import train_all


def fed_prox(mu: float = 0.01) -> Method:
    """Return FedProx with pull `mu`, 0 to 100."""

    def local(given: LocalRound) -> LocalOutcome:
        return train_all(given.with_local(proximal=mu))

    return Method(f"fedprox {mu:g}", "Li et al., MLSys 2020, algorithm 2", local)
