"""From an offer to a reply on this machine: checks, training, chain, and a record of what left."""

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Final, Protocol

from flwr.app import RecordDict

from vsr_client.answered_rounds import AnsweredRounds
from vsr_client.offer_checks import OwnTerms, check_model, check_offer
from vsr_client.privacy_budget import PrivacyBudget
from vsr_client.round_events import ModelKept, OfferReceived, OfferRefused, TrainingFailed, UpdateSent
from vsr_client.secure_answers import SecureAnswers
from vsr_client.signed_models import SignedModels
from vsr_shared.errors import FederationError, RefusedRound
from vsr_shared.federation.chain import LocalUpdate, to_message
from vsr_shared.federation.events import Event
from vsr_shared.federation.key_records import WANTED
from vsr_shared.federation.messages import CommonModel, RoundOffer, RoundReply
from vsr_shared.federation.records import (
    MODEL,
    UPDATE,
    VECTOR,
    kept_to_records,
    model_from_records,
    offer_from_records,
    payload,
    payload_bytes,
    reply_to_records,
)
from vsr_shared.federation.secure_records import UNMASK
from vsr_shared.federation.secure_update import share_of, to_words
from vsr_shared.privacy.refusals import LooseTerms
from vsr_shared.secure_sum.client_round import Ready

STOPPED: Final = "the person behind this machine stopped taking part"


class Participant(Protocol):
    """Who trains on this machine: the person's own recordings stand behind it."""

    @property
    def base(self) -> str:
        """Which base model this machine has."""

    def keep(self, model: CommonModel) -> None:
        """Keep the newest common model, for predictions and as the start of personal training."""

    def train(self, offer: RoundOffer) -> LocalUpdate:
        """Train from the offered weights; whatever it raises stays on this machine."""


def answer_to(offer: RoundOffer, update: LocalUpdate) -> RoundReply:
    """Return all that leaves this machine in answer to `offer`, from what was learnt here."""
    return RoundReply(offer.round, offer.model_digest, to_message(update, offer))


def arrays_of(reply: RoundReply) -> dict[str, list[int]]:
    """Name and shape of each array in `reply`."""
    return {f"{UPDATE}/{VECTOR}": list(reply.vector.shape)}


class RoundAnswers:
    """Answers offers for one person. Callable as the agent's `Answer`."""

    def __init__(
        self,
        participant: Participant,
        answered: AnsweredRounds,
        terms: OwnTerms,
        on_event: Callable[[Event], None],
        stopped: Callable[[], bool] = lambda: False,
        secure: SecureAnswers | None = None,
        models: SignedModels | None = None,
        budget: PrivacyBudget | None = None,
    ) -> None:
        """`stopped` says whether the person has ended it: then nothing leaves, however far a training has come.

        Given `secure`, updates leave under masks and not otherwise. Given `models`, only models are taken that are
        signed and newer than those before. `budget` is what the person allows to be given away in all.
        """
        self._participant = participant
        self._answered = answered
        self._terms = terms
        self._on_event = on_event
        self._stopped = stopped
        self._secure = secure
        self._models = models
        self._budget = budget

    def __call__(self, content: RecordDict) -> RecordDict:
        """Return the reply's records; RefusedRound where this machine will not answer."""
        if MODEL in content.config_records:
            return self._keep(content)
        if self._secure and WANTED in content.config_records:
            return self._told(content, self._secure.publish)
        if self._secure and UNMASK in content.config_records:
            return self._told(content, self._secure.uncover)
        return self._train(content)

    def _told(self, content: RecordDict, answer: Callable[[RecordDict], tuple[RecordDict, Event]]) -> RecordDict:
        if self._stopped():
            raise RefusedRound(STOPPED)
        try:
            reply, left = answer(content)
        except FederationError as error:
            self._on_event(OfferRefused(str(error)))
            raise _refusal(error) from error
        self._on_event(left)
        return reply

    def _keep(self, content: RecordDict) -> RecordDict:
        try:
            model = model_from_records(content)
            check_model(model, self._participant.base)
            if model.round < self._answered.last(model.federation):
                raise RefusedRound(f"the model of round {model.round} is older than one already answered")
            self._check_signed(model)
        except FederationError as error:
            self._on_event(OfferRefused(str(error)))
            raise _refusal(error) from error
        self._participant.keep(model)
        self._on_event(ModelKept(model.federation, model.round, payload_bytes(content)))
        return kept_to_records()

    def _train(self, content: RecordDict) -> RecordDict:
        started = time.monotonic()
        offer, ready = self._accepted(content)
        asked = OfferReceived(
            offer.federation,
            offer.round,
            payload_bytes(content),
            offer.minimum_cohort,
            asdict(offer.local),
            list(offer.metrics),
            asdict(offer.noise) if offer.noise else None,
            offer.clip_norm,
        )
        self._on_event(asked)
        try:
            self._participant.keep(offer)
            update = self._participant.train(offer)
            self._check_not_stopped(offer)
            if self._budget:
                self._budget.spend(offer)
            self._answered.record(offer.federation, offer.round)
            reply = self._reply(offer, ready, update)
        except RefusedRound:
            raise
        except Exception as error:
            self._on_event(TrainingFailed(offer.round, f"{type(error).__name__}: {error}"))
            raise
        # Told before it is handed over: better one update too many in the record than one too few.
        bare = _sha256(payload(reply_to_records(answer_to(offer, update)))) if ready else ""
        self._on_event(_sent(offer, payload(reply), time.monotonic() - started, bare))
        return reply

    def _check_signed(self, model: CommonModel) -> None:
        if self._models:
            # On disk before the model is used or answered: no older one can come in between.
            self._models.record(self._models.check(model))

    def _reply(self, offer: RoundOffer, ready: Ready | None, update: LocalUpdate) -> RecordDict:
        if self._secure and ready:
            return self._secure.send(ready, to_words(update, offer, ready.terms, os.urandom))
        return reply_to_records(answer_to(offer, update))

    def _check_not_stopped(self, offer: RoundOffer) -> None:
        if self._stopped():
            self._on_event(OfferRefused(f"round {offer.round}: {STOPPED}; the update was thrown away"))
            raise RefusedRound(STOPPED)

    def _check_private(self, offer: RoundOffer, ready: Ready | None) -> None:
        if self._budget:
            self._budget.check(offer)
        if ready:
            share_of(offer, ready.terms)
        elif offer.noise:
            raise LooseTerms("the round asks for noise without a secure sum; one person's share alone hides little")

    def _accepted(self, content: RecordDict) -> tuple[RoundOffer, Ready | None]:
        try:
            offer = offer_from_records(content)
            last = self._answered.last(offer.federation)
            check_offer(offer, self._participant.base, last, self._terms)
            self._check_signed(offer)
            # A machine that sums securely answers no offer without terms: a server cannot talk it down.
            ready = self._secure.join(offer, content, last) if self._secure else None
            self._check_private(offer, ready)
        except FederationError as error:
            self._on_event(OfferRefused(str(error)))
            raise _refusal(error) from error
        return offer, ready


def _refusal(error: FederationError) -> RefusedRound:
    return RefusedRound(str(error), error.told if isinstance(error, RefusedRound) else "")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sent(offer: RoundOffer, left: bytes, seconds: float, content: str) -> UpdateSent:
    return UpdateSent(
        offer.federation,
        offer.round,
        len(left),
        {f"{UPDATE}/{VECTOR}": [offer.vector_size]},
        _sha256(left),
        offer.minimum_cohort,
        round(seconds, 3),
        content,
    )
