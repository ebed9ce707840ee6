"""FedRep: each person's head is trained with the common body at rest, then the body with that head at rest.

Collins et al., Exploiting Shared Representations for Personalized Federated Learning, ICML 2021, algorithm 1.
With nothing personal and as many epochs for the body as FedAvg has, it is FedAvg.
"""

from collections.abc import Collection
from dataclasses import replace

from vsr_shared.learning.local_training import train
from vsr_shared.network.parts import HEAD_SHAPES, TRAINABLE_SHAPES
from vsr_simulations.engine.method import LocalOutcome, LocalRound, Method, deltas_to
from vsr_simulations.methods.own_part import common_and_own, part_of, with_own


def fed_rep(personal: Collection[str] = tuple(HEAD_SHAPES), body_epochs: int = 1) -> Method:
    """Return FedRep: the settings' epochs for the head, `body_epochs` for the body."""
    shared = frozenset(TRAINABLE_SHAPES) - frozenset(personal)

    def local(given: LocalRound) -> LocalOutcome:
        model = with_own(given)
        if personal:
            model = train(model, given.frozen, given.lessons, given.local, given.seeds, moving=frozenset(personal))
        body = replace(given.local, epochs=body_epochs)
        trained = train(model, given.frozen, given.lessons, body, given.seeds, moving=shared)
        return LocalOutcome(deltas_to(given.common, trained, shared), part_of(trained, personal))

    return Method(
        "fedrep",
        "Collins et al., ICML 2021, algorithm 1",
        local,
        shared,
        begin=lambda common: part_of(common, personal),
        judge=common_and_own,
    )
