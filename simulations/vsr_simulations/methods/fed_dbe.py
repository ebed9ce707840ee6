"""FedDBE: each person keeps what is biased in how they are represented, and the rest is pulled to everybody's mean.

Zhang et al., Eliminating Domain Bias for Federated Learning in Representation Space, NeurIPS 2023, algorithm 1 and
equations 4 to 7: a vector of one's own is added to the representation in front of the last layer (personalised
representation bias memory), and the mean of a person's representations, without it, is pulled to the mean over people
(mean regularisation, momentum 1). That mean is found once, before: here the first round, which trains as FedAvg does
and sends each person's mean beside; it never changes after. Without a pull and a memory it is FedAvg.

Added to what the last layer reads, the vector is a bias of one's own behind it, so that whoever judges needs no more.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from vsr_shared.errors import UsageError
from vsr_shared.learning.adam import adam_step, fresh_moments
from vsr_shared.learning.local_training import Batch, epochs
from vsr_shared.network.parts import HEAD_SHAPES
from vsr_shared.network.tail_head import loss_and_gradient, representations
from vsr_shared.weights import Array, Weights
from vsr_simulations.engine.method import Judged, LocalOutcome, LocalRound, Method, Stack, deltas_to, repeated

SIZE: Final = HEAD_SHAPES["polarity/kernel"][0]
CONSENSUS: Final = "dbe/mean of representations"
OWN: Final = "dbe/own bias"


def fed_dbe(pull: float = 50.0, memory: bool = True) -> Method:
    """Return FedDBE with mean regularisation of weight `pull` (the paper's kappa), and the memory where asked."""
    if pull < 0:
        raise UsageError(f"a pull to everybody's mean is 0 or more, not {pull:g}")

    def local(given: LocalRound) -> LocalOutcome:
        network = {name: array for name, array in given.common.items() if name != CONSENSUS}
        consensus = given.common[CONSENSUS]
        if known := bool(consensus.any()):
            told = np.zeros((len(given.seeds), SIZE), np.float32)
        else:
            said = representations(given.start(), given.frozen, given.lessons.clips)
            told = np.einsum("un,unk->uk", given.lessons.weights, said)
        trained = repeated(network, len(given.seeds))
        everything = {**trained, OWN: given.own[OWN].copy()}
        moved = everything if known and memory else trained
        moments = fresh_moments(moved)
        for batches in epochs(given.lessons, given.local, given.seeds):
            for batch in batches:
                towards = _towards(consensus, batch, pull) if known and pull else None
                slopes = _slopes(everything, given.frozen, batch, towards)
                adam_step(moved, {name: slopes[name] for name in moved}, moments, batch.rate, batch.active)
        deltas = deltas_to(network, trained) | {CONSENSUS: told}
        return LocalOutcome(deltas, {OWN: everything[OWN]})

    def judge(given: Judged) -> Weights:
        layers = {name: array for name, array in given.common.items() if name != CONSENSUS}
        return {**layers, "polarity/bias": layers["polarity/bias"] + given.own[OWN] @ layers["polarity/kernel"]}

    return Method(
        f"feddbe {pull:g}",
        "Zhang et al., NeurIPS 2023, algorithm 1",
        local,
        begin=lambda _: {OWN: np.zeros(SIZE, np.float32)},
        judge=judge,
        beside={CONSENSUS: np.zeros(SIZE, np.float32)},
    )


def _slopes(weights: Stack, frozen: Weights, batch: Batch, towards: Callable[[Array], Array] | None) -> Stack:
    """Return the gradient of the network and of the own bias, which stands behind the hidden layer's ReLU."""
    kernel, own = weights["polarity/kernel"], weights[OWN]
    shifted = {name: array for name, array in weights.items() if name != OWN}
    shifted["polarity/bias"] = weights["polarity/bias"] + np.einsum("uk,uko->uo", own, kernel)
    _, slopes = loss_and_gradient(shifted, frozen, batch.clips, batch.targets, batch.weights, towards)
    at_logits = slopes["polarity/bias"]
    slopes["polarity/kernel"] += own[:, :, None] * at_logits[:, None, :]
    slopes[OWN] = np.einsum("uko,uo->uk", kernel, at_logits)
    return slopes


def _towards(consensus: Array, batch: Batch, pull: float) -> Callable[[Array], Array]:
    """Return the slope, at representations (u, b, k), of pull / 2 times the mean square of mean minus consensus."""
    total = batch.weights.sum(axis=1, keepdims=True)
    share = np.divide(batch.weights, total, out=np.zeros_like(batch.weights), where=total > 0)

    def slope(hidden: Array) -> Array:
        apart = np.einsum("ub,ubk->uk", share, hidden) - consensus
        result: Array = np.float32(pull / SIZE) * share[..., None] * apart[:, None, :]
        return result

    return slope
