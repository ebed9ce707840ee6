"""What a machine checks for itself before it answers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vsr_client.answered_rounds import AnsweredRounds
from vsr_client.offer_checks import OwnTerms, check_offer
from vsr_client.round_answers import RoundAnswers
from vsr_client.round_events import ModelKept, OfferReceived, OfferRefused, TrainingFailed, UpdateSent
from vsr_shared.errors import RefusedRound, StoreError
from vsr_shared.federation.chain import LocalUpdate
from vsr_shared.federation.events import Event
from vsr_shared.federation.messages import CommonModel, RoundOffer
from vsr_shared.federation.records import KEPT, model_to_records, offer_to_records, reply_from_records
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.weights import digest

WEIGHTS = {"w": np.ones(4, np.float32)}
OFFER = RoundOffer("f", 5, "base-1", digest(WEIGHTS), WEIGHTS, LocalTraining(), 3, ("loss",), clip_norm=2.0)
TERMS = OwnTerms(minimum_cohort=3)


class Adds:
    """Adds one to every weight."""

    base = "base-1"

    def __init__(self) -> None:
        self.kept: list[CommonModel] = []

    def keep(self, model: CommonModel) -> None:
        self.kept.append(model)

    def train(self, offer: RoundOffer) -> LocalUpdate:
        return LocalUpdate({"w": np.ones(4, np.float32)}, 7, {"loss": 0.5})


class Breaks(Adds):
    """Fails with a message that must stay here."""

    def train(self, offer: RoundOffer) -> LocalUpdate:
        raise StoreError("cannot open /home/anna/recordings")


def test_an_offer_in_order_is_answered() -> None:
    check_offer(OFFER, "base-1", 4, TERMS)


@pytest.mark.parametrize(
    ("offer", "base", "last", "words"),
    [
        (OFFER, "base-2", 4, "this machine has base-2"),
        (OFFER, "base-1", 5, "already answered"),
        (OFFER, "base-1", 900, "already answered"),
        (replace(OFFER, minimum_cohort=2), "base-1", 0, "asks for at least 3"),
        (replace(OFFER, local=LocalTraining(epochs=21)), "base-1", 0, "at most 20"),
        (replace(OFFER, model_digest="0" * 64), "base-1", 0, "digest"),
        (replace(OFFER, weights={"w": np.full(4, 1.001, np.float32)}), "base-1", 0, "digest"),
    ],
)
def test_an_offer_out_of_order_is_refused_with_the_reason(offer: RoundOffer, base: str, last: int, words: str) -> None:
    with pytest.raises(RefusedRound, match=words):
        check_offer(offer, base, last, TERMS)


def test_a_round_is_answered_once_even_by_a_process_started_anew(tmp_path: Path) -> None:
    events: list[Event] = []
    for expected in (UpdateSent, OfferRefused):
        answers = RoundAnswers(Adds(), AnsweredRounds(tmp_path / "answered.json"), TERMS, events.append)
        if expected is UpdateSent:
            reply = reply_from_records(answers(offer_to_records(OFFER)), OFFER.vector_size)
            np.testing.assert_array_equal(reply.vector, [7, 7, 7, 7, 7, 3.5])
        else:
            with pytest.raises(RefusedRound, match="already answered"):
                answers(offer_to_records(OFFER))
        assert type(events[-1]) is expected


def test_other_federations_count_their_own_rounds(tmp_path: Path) -> None:
    answered = AnsweredRounds(tmp_path / "answered.json")
    answered.record("one", 7)
    assert (answered.last("one"), answered.last("two")) == (7, 0)


def test_what_left_the_machine_is_told_exactly(tmp_path: Path) -> None:
    events: list[Event] = []
    RoundAnswers(Adds(), AnsweredRounds(tmp_path / "a.json"), TERMS, events.append)(offer_to_records(OFFER))
    received, sent = events
    assert isinstance(received, OfferReceived)
    assert isinstance(sent, UpdateSent)
    assert (sent.round, sent.arrays, sent.bytes) == (5, {"update/vector": [6]}, 6 * 4 + 128)


def test_who_stops_while_the_machine_learns_sends_nothing(tmp_path: Path) -> None:
    events: list[Event] = []
    answered = AnsweredRounds(tmp_path / "a.json")
    answers = RoundAnswers(Adds(), answered, TERMS, events.append, stopped=lambda: True)
    with pytest.raises(RefusedRound, match="stopped taking part"):
        answers(offer_to_records(OFFER))
    assert isinstance(events[-1], OfferRefused)
    assert not any(isinstance(event, UpdateSent) for event in events)
    assert answered.last(OFFER.federation) == 0


def test_what_cannot_be_written_down_does_not_leave(tmp_path: Path) -> None:
    def full_disk(event: Event) -> None:
        if isinstance(event, UpdateSent):
            raise StoreError("no space left")

    answers = RoundAnswers(Adds(), AnsweredRounds(tmp_path / "a.json"), TERMS, full_disk)
    with pytest.raises(StoreError, match="no space left"):
        answers(offer_to_records(OFFER))


def test_a_failed_training_answers_nothing_and_spends_no_round(tmp_path: Path) -> None:
    events: list[Event] = []
    answered = AnsweredRounds(tmp_path / "a.json")
    with pytest.raises(StoreError):
        RoundAnswers(Breaks(), answered, TERMS, events.append)(offer_to_records(OFFER))
    assert isinstance(events[-1], TrainingFailed)
    assert answered.last("f") == 0


def test_a_damaged_record_of_answers_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    for text in ("", "{", "[1]", '{"f": "x"}'):
        (tmp_path / "answered.json").write_text(text)
        with pytest.raises(StoreError, match="answered twice"):
            AnsweredRounds(tmp_path / "answered.json")


def test_a_record_that_cannot_be_kept_is_no_answer(tmp_path: Path) -> None:
    answered = AnsweredRounds(tmp_path / "missing folder" / "answered.json")
    with pytest.raises(StoreError, match="cannot be used"):
        RoundAnswers(Adds(), answered, TERMS, lambda _: None)(offer_to_records(OFFER))


def test_the_common_model_is_kept_and_nothing_but_that_is_answered(tmp_path: Path) -> None:
    person = Adds()
    events: list[Event] = []
    answers = RoundAnswers(person, AnsweredRounds(tmp_path / "a.json"), TERMS, events.append)
    model = CommonModel("f", 5, "base-1", digest(WEIGHTS), WEIGHTS)
    reply = answers(model_to_records(model))
    assert [kept.model_digest for kept in person.kept] == [model.model_digest]
    assert list(reply) == [KEPT] and dict(reply.config_records[KEPT]) == {}
    assert isinstance(events[-1], ModelKept)


@pytest.mark.parametrize(
    ("change", "words"),
    [({"base": "base-2"}, "this machine has"), ({"model_digest": "0" * 64}, "digest"), ({"round": 4}, "older")],
)
def test_a_model_out_of_order_is_not_kept(tmp_path: Path, change: dict[str, object], words: str) -> None:
    person = Adds()
    answered = AnsweredRounds(tmp_path / "a.json")
    answered.record("f", 5)
    fields = vars(CommonModel("f", 5, "base-1", digest(WEIGHTS), WEIGHTS)) | change
    with pytest.raises(RefusedRound, match=words):
        RoundAnswers(person, answered, TERMS, lambda _: None)(model_to_records(CommonModel(**fields)))
    assert person.kept == []
