"""kNN-Per: what the common model says, mixed with what the person's nearest labelled clips were.

Marfoq et al., Personalized Federated Learning through Local Memorization, ICML 2022, section 4, equations 6 to 8: a
datastore of the common model's representations of one's own clips with their labels; neighbours weigh
exp(-d^2 / (width scale)), as in the authors' code. How much they count is each person's own, chosen among eleven
shares by leaving out each clip in turn (the paper: by clips set aside). With share 0 it is the common model.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import UsageError
from vsr_shared.learning.odds import recording_means
from vsr_shared.metrics import Probabilities, log_likelihoods
from vsr_shared.network.tail_head import Prepared, positive_probabilities, prepare, representations
from vsr_shared.weights import Array
from vsr_simulations.engine.heard import HeardClips
from vsr_simulations.engine.method import Judged, Method
from vsr_simulations.methods.fed_avg import train_all

SHARES: Final = tuple(step / 10 for step in range(11))


def knn_per(share: float | None = None, neighbours: int = 10, scale: float = 1.0) -> Method:
    """Return kNN-Per; each person chooses their own share where `share` is None."""
    if neighbours < 1 or not scale > 0 or not (share is None or 0 <= share <= 1):
        raise UsageError("kNN-Per needs one neighbour or more, a scale above 0 and a share from 0 to 1")

    def say(given: Judged, clips: HeardClips) -> Probabilities:
        model = {name: array[None] for name, array in given.common.items()}

        def heard(some: HeardClips) -> tuple[Probabilities, Array]:
            ready: Prepared = prepare(some.activations[None], given.frozen)
            said = positive_probabilities(model, given.frozen, ready)[0].astype(np.float64)
            return said, representations(model, given.frozen, ready)[0]

        network, asked = heard(clips)
        if not len(given.clips):
            return recording_means(network, clips.owner)
        own_network, stored = heard(given.clips)
        labels = given.clips.labels[given.clips.owner]
        chosen = share
        if chosen is None:
            alone = _nearest(stored, stored, labels, neighbours, scale, given.clips.owner)
            chosen = _own_share(given.clips, own_network, alone)
        mixed = chosen * _nearest(asked, stored, labels, neighbours, scale) + (1 - chosen) * network
        return recording_means(mixed, clips.owner)

    return Method("knn-per", "Marfoq et al., ICML 2022, section 4", train_all, say=say)


def _nearest(
    asked: Array,
    stored: Array,
    labels: npt.NDArray[np.int64],
    neighbours: int,
    scale: float,
    owner: npt.NDArray[np.intp] | None = None,
) -> Probabilities:
    """Return the weighted share (n,) of positive among each one's nearest; an `owner` (n,) leaves out its own clip."""
    a, b = asked.astype(np.float64), stored.astype(np.float64)
    squared = np.square(a[:, None] - b[None]).sum(axis=2)
    if owner is not None:
        squared[owner[:, None] == owner[None]] = np.inf
    nearest = np.argsort(squared, axis=1, kind="stable")[:, :neighbours]
    found = np.take_along_axis(squared, nearest, axis=1) / (asked.shape[1] * scale)
    # The nearest weighs 1: far away from everything all weights would round to 0.
    weights = np.exp(np.minimum(found[:, :1], 1e300) - found)
    total = weights.sum(axis=1)
    positive = (weights * labels[nearest]).sum(axis=1)
    result: Probabilities = np.divide(positive, total, out=np.full(len(a), 0.5), where=total > 0)
    return result


def _own_share(clips: HeardClips, network: Probabilities, alone: Probabilities) -> float:
    """Return the share by which each clip, left out, is likeliest; the smallest of equals."""
    costs = []
    for share in SHARES:
        said = recording_means(share * alone + (1 - share) * network, clips.owner)
        costs.append(-float(log_likelihoods(clips.labels, said).mean()))
    return SHARES[int(np.argmin(costs))]
