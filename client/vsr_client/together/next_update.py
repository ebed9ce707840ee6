"""The next update before its masks: what this machine would add to the sum if the server asked now, to the last byte.

It is trained by the participant's own function and packed by the same code as an answer, so that it is the answer's
content, wherever the server then asks what was assumed here: the round's number (it seeds the order of the recordings),
the common model, and how to train. What is assumed is said. The masks are drawn in the round, with the others' keys:
the bytes that then leave look random to everybody, and cannot be shown beforehand.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from vsr_client.round_answers import Participant, answer_to, arrays_of
from vsr_client.together.assumed import Assumed, assumed_from
from vsr_client.together.privacy import steps_of
from vsr_shared.federation.chain import LocalUpdate
from vsr_shared.federation.messages import RoundOffer
from vsr_shared.federation.records import payload, reply_to_records
from vsr_shared.privacy.clipping import clipped
from vsr_shared.weights import Array, Weights, digest

BINS: Final = 41
"""Of the histogram: odd, so that one bin stands around zero."""


@dataclass(frozen=True)
class LayerChange:
    """How far one array of the model would move."""

    name: str
    shape: tuple[int, ...]
    norm: float
    """Euclidean length of its change."""
    largest: float
    """Largest change of a single number."""


@dataclass(frozen=True)
class Histogram:
    """How the changes of single numbers are spread."""

    reach: float
    """The bins go evenly from -reach to reach."""
    counts: tuple[int, ...]


@dataclass(frozen=True)
class NextUpdate:
    """Everything that would go into the sum, and what it looks like."""

    assumed: Assumed
    base: str
    model_digest: str
    payload: bytes
    """The very bytes: one vector in NumPy's plain format (.npy)."""
    arrays: Mapping[str, list[int]]
    recordings: int
    """How many recordings it is learnt from; this number rides in the vector."""
    metrics: Mapping[str, float]
    """Figures of this machine that the server asks for; they ride in the vector."""
    norm: float
    """Euclidean length of the whole change."""
    layers: tuple[LayerChange, ...]
    histogram: Histogram
    steps: tuple[str, ...]
    """What is then done to the vector before it leaves, by name."""

    @property
    def sha256(self) -> str:
        """Of the payload, as the record of what was sent names its content."""
        return hashlib.sha256(self.payload).hexdigest()


def next_update(participant: Participant, start: Weights, entries: Sequence[Mapping[str, Any]]) -> NextUpdate:
    """Return what `participant` would send next, trained from the common model `start`.

    Takes as long as a round's training. Raises UsageError where nothing can be learnt from.
    """
    assumed = assumed_from(entries)
    offer = RoundOffer(
        federation=assumed.federation,
        round=assumed.round,
        base=participant.base,
        model_digest=digest(start),
        weights=start,
        local=assumed.local,
        minimum_cohort=assumed.minimum_cohort,
        metrics=assumed.metrics,
        clip_norm=assumed.clip_norm,
    )
    trained = participant.train(offer)
    short = clipped(offer.layout.flatten(trained.delta), offer.clip_norm)
    update = replace(trained, delta=offer.layout.unflatten(short))
    reply = answer_to(offer, update)
    return NextUpdate(
        assumed=assumed,
        base=offer.base,
        model_digest=offer.model_digest,
        payload=payload(reply_to_records(reply)),
        arrays=arrays_of(reply),
        recordings=update.clips,
        metrics={name: update.metrics[name] for name in offer.metrics},
        norm=float(np.linalg.norm(short)),
        layers=_layers(update),
        histogram=histogram_of(short),
        steps=steps_of(noise=assumed.noise),
    )


def histogram_of(changes: Array) -> Histogram:
    """Return how `changes` of shape (n,) are spread around zero."""
    reach = float(np.abs(changes).max(initial=0.0)) or 1e-12
    counts, _ = np.histogram(changes, bins=BINS, range=(-reach, reach))
    return Histogram(reach, tuple(int(count) for count in counts))


def _layers(update: LocalUpdate) -> tuple[LayerChange, ...]:
    return tuple(
        LayerChange(name, tuple(change.shape), float(np.linalg.norm(change)), float(np.abs(change).max(initial=0.0)))
        for name, change in sorted(update.delta.items())
    )
