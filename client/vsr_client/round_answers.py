"""From an offer to a reply on this machine: checks, training, chain, and a record of what left."""

import time
from collections.abc import Callable
from typing import Protocol

from flwr.app import RecordDict

from vsr_client.answered_rounds import AnsweredRounds
from vsr_client.offer_checks import OwnTerms, check_model, check_offer
from vsr_client.round_events import ModelKept, OfferReceived, OfferRefused, TrainingFailed, UpdateSent
from vsr_shared.errors import FederationError, RefusedRound
from vsr_shared.federation.chain import LocalUpdate, to_message
from vsr_shared.federation.events import Event
from vsr_shared.federation.messages import CommonModel, RoundOffer, RoundReply
from vsr_shared.federation.records import (
    MODEL,
    UPDATE,
    VECTOR,
    kept_to_records,
    model_from_records,
    offer_from_records,
    payload_bytes,
    reply_to_records,
)


class Participant(Protocol):
    """Who trains on this machine: the person's own recordings stand behind it."""

    @property
    def base(self) -> str:
        """Which base model this machine has."""

    def keep(self, model: CommonModel) -> None:
        """Keep the newest common model, for predictions and as the start of personal training."""

    def train(self, offer: RoundOffer) -> LocalUpdate:
        """Train from the offered weights; whatever it raises stays on this machine."""


class RoundAnswers:
    """Answers offers for one person. Callable as the agent's `Answer`."""

    def __init__(
        self,
        participant: Participant,
        answered: AnsweredRounds,
        terms: OwnTerms,
        on_event: Callable[[Event], None],
    ) -> None:
        self._participant = participant
        self._answered = answered
        self._terms = terms
        self._on_event = on_event

    def __call__(self, content: RecordDict) -> RecordDict:
        """Return the reply's records; RefusedRound where this machine will not answer."""
        return self._keep(content) if MODEL in content.config_records else self._train(content)

    def _keep(self, content: RecordDict) -> RecordDict:
        try:
            model = model_from_records(content)
            check_model(model, self._participant.base)
            if model.round < self._answered.last(model.federation):
                raise RefusedRound(f"the model of round {model.round} is older than one already answered")
        except FederationError as error:
            self._on_event(OfferRefused(str(error)))
            raise RefusedRound(str(error)) from error
        self._participant.keep(model)
        self._on_event(ModelKept(model.federation, model.round, payload_bytes(content)))
        return kept_to_records()

    def _train(self, content: RecordDict) -> RecordDict:
        started = time.monotonic()
        offer = self._accepted(content)
        self._on_event(OfferReceived(offer.federation, offer.round, payload_bytes(content)))
        try:
            self._participant.keep(offer)
            vector = to_message(self._participant.train(offer), offer)
            reply = reply_to_records(RoundReply(offer.round, offer.model_digest, vector))
            self._answered.record(offer.federation, offer.round)
        except Exception as error:
            self._on_event(TrainingFailed(offer.round, f"{type(error).__name__}: {error}"))
            raise
        # Told before it is handed over: better one update too many in the record than one too few.
        arrays = {f"{UPDATE}/{VECTOR}": list(vector.shape)}
        seconds = round(time.monotonic() - started, 3)
        self._on_event(UpdateSent(offer.federation, offer.round, payload_bytes(reply), arrays, seconds))
        return reply

    def _accepted(self, content: RecordDict) -> RoundOffer:
        try:
            offer = offer_from_records(content)
            last = self._answered.last(offer.federation)
            check_offer(offer, self._participant.base, last, self._terms)
        except FederationError as error:
            self._on_event(OfferRefused(str(error)))
            raise RefusedRound(str(error)) from error
        return offer
