"""The next update before it leaves: the very bytes of an answer, and what is said of them."""

import hashlib
import io
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from tests.federation.least_squares import BASE, LeastSquares, initial_weights
from vsr_client.answered_rounds import AnsweredRounds
from vsr_client.offer_checks import OwnTerms
from vsr_client.round_answers import RoundAnswers
from vsr_client.round_events import ModelKept, OfferReceived, UpdateSent
from vsr_client.together.assumed import assumed_from
from vsr_client.together.kept_next import forget_next, keep_next, kept_next
from vsr_client.together.next_update import BINS, histogram_of, next_update
from vsr_client.together.record import entry_of
from vsr_client.together.rounds import rows_of
from vsr_shared.errors import StoreError
from vsr_shared.federation.chain import LocalUpdate
from vsr_shared.federation.events import Event
from vsr_shared.federation.messages import RoundOffer
from vsr_shared.federation.records import offer_to_records, payload
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.weights import Layout, digest

NOW = datetime(2026, 11, 1, tzinfo=UTC)
WEIGHTS = initial_weights()
LOCAL = LocalTraining(epochs=3, learning_rate=0.1)
OFFER = RoundOffer("f", 4, BASE, digest(WEIGHTS), WEIGHTS, LOCAL, 3, ("loss",))


class Seeded(LeastSquares):
    """Its answer depends on the round's number, as the order of a person's recordings does."""

    def train(self, offer: RoundOffer) -> LocalUpdate:
        found = self.steps(offer.weights, offer.local)
        noise = np.random.default_rng(offer.round).normal(size=(6, 2)).astype(np.float32)
        return replace(found, delta={**found.delta, "weight": found.delta["weight"] + noise})


def asked(offer: RoundOffer) -> dict[str, object]:
    """The record's entry of an offer."""
    event = OfferReceived(
        offer.federation,
        offer.round,
        9,
        offer.minimum_cohort,
        asdict(offer.local),
        list(offer.metrics),
        clip_norm=offer.clip_norm,
    )
    return entry_of(event, NOW)


def answered(folder: Path, offer: RoundOffer) -> tuple[bytes, UpdateSent]:
    """What leaves for `offer`, and what the record says of it."""
    events: list[Event] = []
    answers = RoundAnswers(Seeded(1), AnsweredRounds(folder / "a.json"), OwnTerms(), events.append)
    left = payload(answers(offer_to_records(offer)))
    sent = events[-1]
    assert isinstance(sent, UpdateSent)
    return left, sent


def test_it_is_shortened_as_the_server_asks(tmp_path: Path) -> None:
    short = replace(OFFER, clip_norm=0.3)
    shown = next_update(Seeded(1), WEIGHTS, [asked(replace(short, round=3))])
    assert shown.payload == answered(tmp_path, short)[0]
    assert shown.norm == pytest.approx(0.3, rel=1e-5)


def test_it_is_the_answer_to_the_byte(tmp_path: Path) -> None:
    shown = next_update(Seeded(1), WEIGHTS, [asked(replace(OFFER, round=3))])
    left, sent = answered(tmp_path, OFFER)
    assert shown.payload == left
    assert shown.sha256 == sent.sha256 == hashlib.sha256(left).hexdigest()
    assert shown.arrays == sent.arrays
    assert shown.recordings == 6
    assert list(shown.metrics) == ["loss"], "what is not asked for does not ride along"


@pytest.mark.parametrize(
    "other",
    [
        replace(OFFER, round=9),
        replace(OFFER, local=replace(LOCAL, epochs=4)),
        replace(OFFER, metrics=()),
    ],
    ids=["another number", "another training", "other figures"],
)
def test_it_differs_where_the_server_asks_otherwise(tmp_path: Path, other: RoundOffer) -> None:
    shown = next_update(Seeded(1), WEIGHTS, [asked(replace(OFFER, round=3))])
    assert shown.payload != answered(tmp_path, other)[0]


def test_what_is_assumed_follows_the_record() -> None:
    never = assumed_from([])
    assert (never.round, never.asked_before, never.local) == (1, False, LocalTraining())
    in_a_series = assumed_from([asked(OFFER)])
    assert (in_a_series.round, in_a_series.model_is_newest) == (5, False), "the server has moved on since"
    handed_out = assumed_from([asked(OFFER), entry_of(ModelKept("f", 6, 9), NOW)])
    assert (handed_out.round, handed_out.model_is_newest) == (7, True)
    elsewhere = assumed_from([entry_of(ModelKept("other", 90, 9), NOW), asked(OFFER)])
    assert (elsewhere.federation, elsewhere.round) == ("f", 5), "federations count their own rounds"
    assert elsewhere.local == LOCAL


def test_what_is_shown_is_what_the_bytes_hold() -> None:
    shown = next_update(Seeded(1), WEIGHTS, [asked(OFFER)])
    vector = np.load(io.BytesIO(shown.payload), allow_pickle=False)
    size = Layout.of(WEIGHTS).size
    delta = vector[:size] / vector[size]
    assert shown.norm == pytest.approx(float(np.linalg.norm(delta)), rel=1e-5)
    assert sum(layer.norm**2 for layer in shown.layers) == pytest.approx(shown.norm**2, rel=1e-5)
    assert sum(shown.histogram.counts) == size
    assert shown.histogram.reach == pytest.approx(float(np.abs(delta).max()), rel=1e-5)
    assert vector[size + 1] == pytest.approx(vector[size] * shown.metrics["loss"], rel=1e-5)
    assert shown.steps == ("secure sum",), "the server asked for no noise"


def test_a_histogram_of_nothing_stands_at_zero() -> None:
    found = histogram_of(np.zeros(7, np.float32))
    assert found.counts[BINS // 2] == 7
    assert sum(found.counts) == 7


def test_the_preview_is_kept_sealed(tmp_path: Path) -> None:
    key = bytes(range(32))
    assert kept_next(tmp_path, key) is None
    keep_next(tmp_path, key, {"norm": 0.25}, b"the very bytes")
    assert kept_next(tmp_path, key) == ({"norm": 0.25}, b"the very bytes")
    assert b"the very bytes" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    with pytest.raises(StoreError):
        kept_next(tmp_path, bytes(32))
    forget_next(tmp_path)
    assert kept_next(tmp_path, key) is None


def test_the_row_on_the_page_names_the_same_bytes(tmp_path: Path) -> None:
    left, sent = answered(tmp_path, OFFER)
    (row,) = rows_of([asked(OFFER), entry_of(sent, NOW)])
    assert (row.bytes, row.sha256, row.came) == (len(left), hashlib.sha256(left).hexdigest(), 9)
