"""What this machine checks for itself before it answers an offer. A server cannot switch these off."""

from dataclasses import dataclass

from vsr_shared.errors import RefusedRound
from vsr_shared.federation.messages import CommonModel, RoundOffer
from vsr_shared.privacy.refusals import LooseTerms
from vsr_shared.weights import digest


@dataclass(frozen=True)
class OwnTerms:
    """The person's own terms for taking part."""

    minimum_cohort: int = 2
    """Fewest machines that an update must be averaged with."""
    most_epochs: int = 20
    """Most passes over the person's clips in one round."""
    most_clip_norm: float = 10.0
    """Longest update that is let into a sum: real ones are 0.4 to 2 long."""
    most_delta: float = 1e-5
    """Largest chance that a round's promise of epsilon may fail with."""
    privacy_budget: float | None = None
    """Most epsilon that all rounds of the person's life may come to; None sets no limit."""


def check_model(model: CommonModel, base: str) -> None:
    """Raise RefusedRound, with the reason, unless `model` is whole and made for this machine's `base`."""
    if model.base != base:
        raise RefusedRound(f"the offer is for base {model.base}, this machine has {base}; install that base")
    if digest(model.weights) != model.model_digest:
        raise RefusedRound("the weights are not those that the offer's digest names; they may be damaged")


def check_offer(offer: RoundOffer, base: str, last_answered: int, terms: OwnTerms) -> None:
    """Raise RefusedRound, with the reason, unless `offer` may be answered.

    `base` is the base model of this machine, `last_answered` its last answered round in this federation.
    """
    check_model(offer, base)
    if offer.round <= last_answered:
        raise RefusedRound(f"round {offer.round} is not newer than round {last_answered}, already answered")
    if offer.minimum_cohort < terms.minimum_cohort:
        raise RefusedRound(
            f"the server averages from {offer.minimum_cohort} machines on, this one asks for at least "
            f"{terms.minimum_cohort}"
        )
    if offer.local.epochs > terms.most_epochs:
        raise RefusedRound(f"{offer.local.epochs} epochs asked, this machine trains at most {terms.most_epochs}")
    if offer.clip_norm > terms.most_clip_norm:
        raise LooseTerms(
            f"updates up to a length of {offer.clip_norm:g} are asked for, this machine allows {terms.most_clip_norm:g}"
        )
    if offer.noise and offer.noise.delta > terms.most_delta:
        raise LooseTerms(
            f"the round's promise may fail with a chance of {offer.noise.delta:g}, this machine allows "
            f"{terms.most_delta:g}"
        )
