"""The chain between a local update and a message, and back from the sum of messages to a mean.

An update travels as one vector, `[w * delta, w, w * metric, ...]` with w the number of clips it was learnt
from, so that the server needs nothing but the sum over the machines: it divides by the summed w, and no count
or metric of a single machine stands beside its update.

Between that vector and the message lie links, each with a client half and a server half, applied in order on
the way out and in reverse on the way in, as the postprocessors of pfl-research are (Granqvist et al. 2024,
section 3). Clipping, noise, quantisation and masks are links; the link in place for now is `plain`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import FederationError
from vsr_shared.federation.messages import RoundOffer
from vsr_shared.privacy.clipping import clipped
from vsr_shared.weights import Array, Weights

Sum = npt.NDArray[np.float64]
MAX_CLIPS: Final = 1_000_000


@dataclass(frozen=True)
class LocalUpdate:
    """What one machine learnt in one round, before anything is done to it."""

    delta: Weights
    """Trained weights minus the offered ones."""
    clips: int
    """How many clips it was learnt from, 1 to 1,000,000: the update's weight in the mean."""
    metrics: Mapping[str, float]
    """Figures of this machine, such as its loss; those that an offer names ride in the vector."""


@dataclass(frozen=True)
class Link:
    """One step of the chain: what is done to a machine's vector, and what is undone on the sum."""

    name: str
    outgoing: Callable[[Array, RoundOffer], Array]
    """Client half, on one machine's vector."""
    incoming: Callable[[Sum, RoundOffer], Sum]
    """Server half, on the sum of what the machines sent."""


plain: Final = Link("plain", outgoing=lambda vector, _: vector, incoming=lambda total, _: total)
"""Sends the vector as it is: whoever runs the server can read it. The secure sum takes this place."""

CHAIN: Final[tuple[Link, ...]] = (plain,)


@dataclass(frozen=True)
class Mean:
    """The weighted mean over the machines of a round."""

    delta: dict[str, Array]
    clips: float
    """Clips of all the machines together."""
    metrics: dict[str, float]


def encode_update(delta: Array, weight: int, metrics: Sequence[float]) -> Array:
    """Return `[w * delta, w, w * metrics...]` as float32: `delta` of shape `(n,)` gives `(n + 1 + m,)`."""
    if not 1 <= weight <= MAX_CLIPS:
        raise FederationError(f"an update needs 1 to {MAX_CLIPS:,} clips, this one has {weight}")
    return np.concatenate([weight * delta, [weight], [weight * value for value in metrics]]).astype(np.float32)


def decode_sum(total: Sum, metric_count: int) -> tuple[Sum, float, Sum]:
    """Return mean delta `(n,)`, summed weight and mean metrics `(m,)` of a sum of encoded updates."""
    split = total.size - metric_count - 1
    weight = float(total[split]) if split > 0 else 0.0
    # Each machine adds at least one clip; less than a half means that the sum is no sum of updates.
    if not np.isfinite(total).all() or weight < 0.5:
        raise FederationError("the sum of this round's updates makes no sense; the round is dropped")
    return total[:split] / weight, weight, total[split + 1 :] / weight


def to_message(update: LocalUpdate, offer: RoundOffer, links: Sequence[Link] = CHAIN) -> Array:
    """Return the vector that a machine sends for `update`; FederationError where a metric is missing."""
    missing = [name for name in offer.metrics if name not in update.metrics]
    if missing:
        raise FederationError(f"the server asks for {', '.join(missing)}, which this machine does not measure")
    figures = [update.metrics[name] for name in offer.metrics]
    delta = clipped(offer.layout.flatten(update.delta), offer.clip_norm)
    vector = encode_update(delta, update.clips, figures)
    for link in links:
        vector = link.outgoing(vector, offer)
    return vector


def from_messages(vectors: Sequence[Array], offer: RoundOffer, links: Sequence[Link] = CHAIN) -> Mean:
    """Return the mean over `vectors`, one a machine; FederationError where there is none or no sense in it."""
    if not vectors:
        raise FederationError("no machine answered this round")
    total: Sum = np.sum(np.stack(vectors), axis=0, dtype=np.float64)
    for link in reversed(links):
        total = link.incoming(total, offer)
    delta, clips, figures = decode_sum(total, len(offer.metrics))
    metrics = {name: float(value) for name, value in zip(offer.metrics, figures, strict=True)}
    return Mean(offer.layout.unflatten(delta), clips, metrics)
