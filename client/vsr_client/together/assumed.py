"""What the next offer of a server will probably ask, read off the record of participation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vsr_shared.errors import UsageError
from vsr_shared.federation.messages import CLIP_NORM, LOSS_BEFORE
from vsr_shared.learning.local_training import LocalTraining


@dataclass(frozen=True)
class Assumed:
    """What the next offer is taken to be, and why it might be another."""

    federation: str
    round: int
    local: LocalTraining
    minimum_cohort: int
    metrics: tuple[str, ...]
    asked_before: bool
    """Whether a server has asked this machine already, so that how it asks is known."""
    model_is_newest: bool
    """Whether the common model here is the one after the last round that this machine knows of."""
    noise: bool
    """Whether the server asked for noise when it last asked."""
    clip_norm: float = CLIP_NORM
    """To what length updates are shortened."""


def assumed_from(entries: Sequence[Mapping[str, Any]]) -> Assumed:
    """Return what the next offer is taken to be, from the record of participation (oldest first)."""
    offers = [entry for entry in entries if entry["event"] == "offer_received"]
    if not offers:
        return Assumed(
            "unknown", 1, LocalTraining(), 2, (LOSS_BEFORE,), asked_before=False, model_is_newest=True, noise=False
        )
    last = offers[-1]
    federation = last["federation"]
    models = [
        entry["round"] for entry in entries if entry["event"] == "model_kept" and entry["federation"] == federation
    ]
    kept = max(models, default=0)
    return Assumed(
        federation=federation,
        round=max(kept, *(offer["round"] for offer in offers if offer["federation"] == federation)) + 1,
        local=_local(last["local"]),
        minimum_cohort=last["minimum_cohort"],
        metrics=tuple(last["metrics"]),
        asked_before=True,
        model_is_newest=kept >= last["round"],
        noise=bool(last.get("noise")),
        clip_norm=last.get("clip_norm", CLIP_NORM),
    )


def _local(kept: Mapping[str, Any]) -> LocalTraining:
    try:
        return LocalTraining(**kept)
    except (TypeError, UsageError):
        # A record of another version of VSR: how it asked then says nothing about now.
        return LocalTraining()
