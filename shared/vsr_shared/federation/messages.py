"""What travels in a round, as plain values that know nothing of the transport.

A round is one offer from the server to each machine of the cohort and one reply from each that takes part.
Whatever is not written here does not travel.
"""

import math
import re
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from vsr_shared.errors import FederationError
from vsr_shared.federation.manifest import SignedManifest
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.privacy.noise_terms import NoiseTerms
from vsr_shared.weights import Array, Layout, Weights

MAX_NUMBERS: Final = 50_000_000
MAX_ARRAYS: Final = 1_000
MAX_METRICS: Final = 16
MAX_ROUND: Final = 1_000_000_000
MAX_CLIP_NORM: Final = 1_000_000.0
CLIP_NORM: Final = 1.0
"""Default of `RoundOffer.clip_norm`: after the default training real people's updates are 0.4 long with 16 clips, 0.7
with 30, 1.3 with 60; their mean is 0.3 (docs/poisoning.md). More room than that is room for poison and noise."""

LOSS_BEFORE: Final = "nll_before"
"""The figure that servers ask for unless told otherwise: the offered model's loss on a machine's own recordings."""

_NAME: Final = re.compile(r"[\w.@:/+-]{1,200}", re.ASCII)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class CommonModel:
    """The shared part of a federation's model, as of one round.

    Raises FederationError where a value is out of bounds.
    """

    federation: str
    """Name of the federation, drawn at random when the server's data folder is made."""
    round: int
    """Number of the newest round, from 1; a number is used once, even where its round fails."""
    base: str
    """Which base model the weights belong to."""
    model_digest: str
    """`vsr_shared.weights.digest` of `weights`."""
    weights: Weights
    """The shared part itself, float32."""
    manifest: SignedManifest | None = field(default=None, kw_only=True)
    """Which version this is, signed, not yet checked; a machine that pinned a release key takes no model without."""

    def __post_init__(self) -> None:
        _within("round", self.round, 1, MAX_ROUND)
        for what, text in (("federation", self.federation), ("base", self.base)):
            if not _NAME.fullmatch(text):
                raise FederationError(f"the model's {what} is not a name of at most 200 plain characters")
        if not _DIGEST.fullmatch(self.model_digest):
            raise FederationError("the model's digest is not a SHA-256 in 64 hexadecimal digits")
        if not 1 <= len(self.weights) <= MAX_ARRAYS or self.layout.size > MAX_NUMBERS:
            raise FederationError(f"the model holds no weights, or more than {MAX_NUMBERS:,} numbers")

    @property
    def layout(self) -> Layout:
        """Names and shapes of the weights."""
        return Layout.of(self.weights)


@dataclass(frozen=True)
class RoundOffer(CommonModel):
    """What the server asks of one machine in one round: to train from the common model.

    Raises FederationError where a value is out of bounds.
    """

    local: LocalTraining
    """How to train."""
    minimum_cohort: int
    """The server aggregates this round only if at least so many machines answer."""
    metrics: tuple[str, ...] = ()
    """Names of the figures that ride in the update's vector, in their order."""
    clip_norm: float = CLIP_NORM
    """Longest update, as the Euclidean length of all its numbers; each machine shortens a longer one itself."""
    noise: NoiseTerms | None = None
    """Noise that the machines add together; None adds none."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _within("clip_norm", self.clip_norm, 1e-6, MAX_CLIP_NORM)
        _within("minimum_cohort", self.minimum_cohort, 1, 1_000_000)
        check_metric_names(self.metrics)

    @property
    def vector_size(self) -> int:
        """Count of numbers in a reply's vector: the update, its weight and one a metric."""
        return self.layout.size + 1 + len(self.metrics)


@dataclass(frozen=True)
class RoundReply:
    """What a machine sends back: one vector, and which round and model it answers.

    Counts and metrics are inside the vector (see `chain`), never beside it.
    Raises FederationError where it is not a finite float32 vector.
    """

    round: int
    model_digest: str
    vector: Array

    def __post_init__(self) -> None:
        _within("round", self.round, 1, MAX_ROUND)
        if not _DIGEST.fullmatch(self.model_digest):
            raise FederationError("the reply's model digest is not a SHA-256 in 64 hexadecimal digits")
        if self.vector.ndim != 1 or self.vector.dtype != np.float32:
            raise FederationError("the reply's update is not a vector of 32-bit numbers")
        if not np.isfinite(self.vector).all():
            raise FederationError("the reply's update holds numbers that are not finite")


def check_metric_names(names: tuple[str, ...]) -> None:
    """Raise FederationError unless `names` are at most 16 different plain names."""
    plain = all(_NAME.fullmatch(name) for name in names)
    if len(names) > MAX_METRICS or len(set(names)) != len(names) or not plain:
        raise FederationError(f"metrics need at most {MAX_METRICS} different plain names, got {len(names)}")


def _within(what: str, value: float, lowest: float, highest: float) -> None:
    if not math.isfinite(value) or not lowest <= value <= highest:
        raise FederationError(f"{what} must lie between {lowest:g} and {highest:g}, got {value:g}")
