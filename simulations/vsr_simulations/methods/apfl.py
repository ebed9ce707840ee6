"""APFL: each person uses a mixture of the common model and one of their own, trained as it is used.

Deng et al., Adaptive Personalized Federated Learning, 2020 (arXiv 2003.13461), algorithm 1, with a mixture that is
the same for all. With `share` 0 the mixture is the common model; with 1 a model that the person trains alone.
"""

import numpy as np

from vsr_shared.errors import UsageError
from vsr_shared.learning.adam import adam_step, fresh_moments
from vsr_shared.learning.local_training import epochs
from vsr_shared.network.tail_head import loss_and_gradient
from vsr_shared.weights import Array, Weights
from vsr_simulations.engine.method import Judged, LocalOutcome, LocalRound, Method, Stack, deltas_to, repeated


def apfl(share: float = 0.5) -> Method:
    """Return APFL with `share` (the paper's alpha), 0 to 1, of each person's own model in the mixture."""
    if not 0 <= share <= 1:
        raise UsageError(f"a mixture's share lies between 0 and 1, not {share:g}")

    def local(given: LocalRound) -> LocalOutcome:
        common, own = repeated(given.common, len(given.lessons.labels)), _copies(given.own)
        steps = [(common, fresh_moments(common)), (own, fresh_moments(own))]
        for batches in epochs(given.lessons, given.local, given.seeds):
            for batch in batches:
                for model, (weights, moments) in zip((common, _mixed(common, own, share)), steps, strict=True):
                    _, slope = loss_and_gradient(model, given.frozen, batch.clips, batch.targets, batch.weights)
                    if weights is own:
                        slope = {name: np.float32(share) * array for name, array in slope.items()}
                    adam_step(weights, slope, moments, batch.rate, batch.active)
        return LocalOutcome(deltas_to(given.common, common), own)

    def judge(given: Judged) -> Weights:
        return _mixed(given.common, given.own, share)

    return Method(f"apfl {share:g}", "Deng et al. 2020, algorithm 1", local, begin=dict, judge=judge)


def _mixed(common: Weights, own: Weights, share: float) -> dict[str, Array]:
    return {name: np.float32(share) * own[name] + np.float32(1 - share) * common[name] for name in common}


def _copies(own: Stack) -> Stack:
    return {name: array.copy() for name, array in own.items()}
