"""A secure sum, really run: what the server sees of each member, and the mean that it gets in the end.

Everything between a member's update and the server's mean is the code that ships: clipping, words, noise, masks,
shares. Only the network is left out.
"""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vsr_shared.federation.chain import LocalUpdate, Mean
from vsr_shared.federation.messages import RoundOffer
from vsr_shared.federation.secure_update import assignment, from_sum, settings_digest, share_of, to_words
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.privacy.clipping import clipped
from vsr_shared.privacy.noise_terms import NoiseTerms
from vsr_shared.secure_sum.field import Words
from vsr_shared.secure_sum.quantise import Quantisation, quantise
from vsr_shared.secure_sum.round_terms import RoundTerms
from vsr_shared.secure_sum.tolerance import Tolerance
from vsr_shared.weights import Array, Weights, digest
from vsr_simulations.engine.sum_machines import SumMachines

_FEDERATION: Final = "attacked"


@dataclass(frozen=True)
class SeenRound:
    """What whoever runs the server has at the end of one round."""

    masked: dict[int, Words]
    """By member, the vector that it sent."""
    mean: Mean
    """Of those who sent one."""


def offer_for(weights: Weights, clip_norm: float, noise: NoiseTerms | None = None) -> RoundOffer:
    """Return what the server asks of everybody, without figures of machines."""
    about = (_FEDERATION, 1, "base", digest(weights), weights, LocalTraining(), 2, ())
    return RoundOffer(*about, clip_norm=clip_norm, noise=noise)


def secure_round(
    offer: RoundOffer,
    updates: Sequence[Array],
    clips: Sequence[int],
    tolerance: Tolerance,
    *,
    silent: Collection[int] = (),
    colluding: Collection[int] = (),
) -> SeenRound:
    """Run the sum over `updates` (n,), one a member. Whoever colludes tells the server their noise: they add none.

    Raises FederationError as a deployment's machines and server would.
    """
    machines = SumMachines.fresh(_FEDERATION, len(updates))
    about = (_FEDERATION, offer.round, offer.model_digest, settings_digest(offer), offer.vector_size)
    terms = RoundTerms(*about, Quantisation(), tolerance, machines.members())
    vectors = []
    for number, (update, count) in enumerate(zip(updates, clips, strict=True)):
        learnt = LocalUpdate(offer.layout.unflatten(update), count, {})
        # What a colluder added the server takes off again: as if it had been quantised alike and nothing added.
        vectors.append(
            _without_noise(learnt, offer, terms) if number in colluding else to_words(learnt, offer, terms, os.urandom)
        )
    seen = machines.run(terms, assignment(offer), vectors, silent)
    return SeenRound(seen.masked, from_sum(seen.total, offer, terms))


def _without_noise(learnt: LocalUpdate, offer: RoundOffer, terms: RoundTerms) -> Words:
    share = share_of(offer, terms)
    if share is None:
        return to_words(learnt, offer, terms)
    delta = clipped(offer.layout.flatten(learnt.delta), offer.clip_norm)
    return quantise(delta, learnt.clips, [], share.ranges, terms.tolerance.cohort, share.room)


def signed(words: Words) -> Array:
    """Return words as the numbers that they would be without masks, (n,)."""
    return np.asarray(words.view(np.int32), np.float32)
