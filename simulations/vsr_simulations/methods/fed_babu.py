"""FedBABU: the head stays as it began while the body is trained together; each person then tunes the whole.

Oh et al., FedBABU: Toward Enhanced Representation for Federated Image Classification, ICLR 2022, algorithm 1.
With no head to hold still it is FedAvg, fine-tuned.
"""

from collections.abc import Collection

from vsr_shared.learning.local_training import train
from vsr_shared.network.parts import HEAD_SHAPES, TRAINABLE_SHAPES
from vsr_simulations.engine.method import LocalOutcome, LocalRound, Method, deltas_to, whole_on_own_clips


def fed_babu(still: Collection[str] = tuple(HEAD_SHAPES)) -> Method:
    """Return FedBABU with the arrays named `still` not trained in rounds."""
    shared = frozenset(TRAINABLE_SHAPES) - frozenset(still)

    def local(given: LocalRound) -> LocalOutcome:
        trained = train(given.start(), given.frozen, given.lessons, given.local, given.seeds, moving=shared)
        return LocalOutcome(deltas_to(given.common, trained, shared), {})

    return Method("fedbabu", "Oh et al., ICLR 2022, algorithm 1", local, shared, judge=whole_on_own_clips)
