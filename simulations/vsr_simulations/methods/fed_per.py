"""FedPer: the layers in front are common, the last ones each person's own. Arivazhagan et al. 2019, algorithm 1.

With nothing personal it is FedAvg; with everything, each person trains alone.
"""

from collections.abc import Collection

from vsr_shared.learning.local_training import train
from vsr_shared.network.parts import HEAD_SHAPES, TRAINABLE_SHAPES
from vsr_simulations.engine.method import LocalOutcome, LocalRound, Method, deltas_to
from vsr_simulations.methods.own_part import common_and_own, part_of, with_own


def fed_per(personal: Collection[str] = tuple(HEAD_SHAPES)) -> Method:
    """Return FedPer with the arrays named `personal` each person's own."""
    shared = frozenset(TRAINABLE_SHAPES) - frozenset(personal)

    def local(given: LocalRound) -> LocalOutcome:
        trained = train(with_own(given), given.frozen, given.lessons, given.local, given.seeds)
        return LocalOutcome(deltas_to(given.common, trained, shared), part_of(trained, personal))

    return Method(
        "fedper",
        "Arivazhagan et al. 2019, arXiv 1912.00818, algorithm 1",
        local,
        shared,
        begin=lambda common: part_of(common, personal),
        judge=common_and_own,
    )
