"""A machine's part in a secure sum, from its keys on disk to its answers, without a network between."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flwr.app import RecordDict

from tests.federation.least_squares import BASE, LeastSquares, initial_weights
from vsr_client.answered_rounds import AnsweredRounds
from vsr_client.offer_checks import OwnTerms
from vsr_client.round_answers import RoundAnswers
from vsr_client.round_events import KeysPublished, OfferReceived, SharesGiven, UpdateSent
from vsr_client.secure_answers import SecureAnswers
from vsr_client.secure_keys import MOST_UNSPENT, SecureKeys
from vsr_client.together.next_update import next_update
from vsr_client.together.record import entry_of
from vsr_shared.errors import RefusedRound, StoreError
from vsr_shared.federation.events import Event
from vsr_shared.federation.key_records import PublishedKeys, keys_from_records, wanted_to_records
from vsr_shared.federation.messages import RoundOffer
from vsr_shared.federation.records import offer_to_records, payload
from vsr_shared.federation.secure_records import (
    TERMS,
    masked_from_records,
    request_to_records,
    terms_to_record,
    uncovered_from_records,
)
from vsr_shared.federation.secure_update import from_sum, settings_digest
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.secure_sum import server_round as server
from vsr_shared.secure_sum.enrolment import Identity, certify
from vsr_shared.secure_sum.member_checks import OwnLimits
from vsr_shared.secure_sum.prekeys import is_signed
from vsr_shared.secure_sum.quantise import Quantisation
from vsr_shared.secure_sum.round_terms import Member, RoundTerms
from vsr_shared.secure_sum.tolerance import tolerance_for
from vsr_shared.weights import digest

WEIGHTS = initial_weights()
OFFER = RoundOffer("f00", 1, BASE, digest(WEIGHTS), WEIGHTS, LocalTraining(3, 0.1, 16), 2, ("loss",))


class People:
    """Three machines and what a server knows of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[Event] = []
        self.enrolment = Ed25519PrivateKey.generate()
        self.machines = [self.machine(seed) for seed in range(3)]
        self.published = [keys_from_records(one(wanted_to_records("f00", 2))) for one in self.machines]

    def machine(self, seed: int) -> RoundAnswers:
        """The machine of the person `seed`, as it is after every start."""
        folder = self.folder / str(seed)
        keys = SecureKeys(folder)
        sums = SecureAnswers(keys, self.enrolment.public_key().public_bytes_raw(), OwnLimits())
        answered = AnsweredRounds(folder / "answered.json")
        return RoundAnswers(LeastSquares(seed), answered, OwnTerms(), self.events.append, secure=sums)

    def member(self, keys: PublishedKeys, use: int = 0) -> Member:
        return Member(Identity(keys.identity, certify(self.enrolment, keys.identity)), keys.prekeys[use])

    def terms(self, offer: RoundOffer = OFFER, use: int = 0) -> RoundTerms:
        members = tuple(self.member(keys, use) for keys in self.published)
        asked, ranges = settings_digest(offer), Quantisation(4.0, 20)
        size, tolerance = offer.vector_size, tolerance_for(3)
        return RoundTerms("f00", offer.round, offer.model_digest, asked, size, ranges, tolerance, members)


@pytest.fixture
def people(tmp_path: Path) -> People:
    return People(tmp_path)


def asked(offer: RoundOffer, terms: RoundTerms) -> RecordDict:
    content = offer_to_records(offer)
    content[TERMS] = terms_to_record(terms)
    return content


def test_a_round_gives_the_mean_of_the_people(people: People) -> None:
    terms = people.terms()
    collecting = server.open_round(terms)
    for number, machine in enumerate(people.machines[:2]):
        collecting = server.collect(collecting, number, masked_from_records(machine(asked(OFFER, terms)), terms))
    unmasking, requests = server.close(collecting)
    for number, request in requests.items():
        said = people.machines[number](request_to_records(terms, request))
        unmasking = server.take(unmasking, number, uncovered_from_records(said))
    mean = from_sum(server.finish(unmasking), OFFER, terms)
    updates = [LeastSquares(seed).train(OFFER) for seed in range(2)]
    assert mean.clips == pytest.approx(5 + 6, rel=1e-6)
    for name in WEIGHTS:
        expected = sum(update.clips * update.delta[name].astype(np.float64) for update in updates) / 11
        np.testing.assert_allclose(mean.delta[name], expected, atol=1e-6)
    told = [type(event) for event in people.events]
    assert told == [KeysPublished] * 3 + [OfferReceived, UpdateSent] * 2 + [SharesGiven] * 2
    assert isinstance(people.events[-1], SharesGiven)
    assert (people.events[-1].federation, people.events[-1].round, people.events[-1].people) == ("f00", 1, 2)


def test_the_record_names_what_left_and_what_went_in(people: People) -> None:
    terms = people.terms()
    left = people.machines[0](asked(OFFER, terms))
    sent = people.events[-1]
    assert isinstance(sent, UpdateSent)
    message = masked_from_records(left, terms)
    assert sent.bytes == message.words.nbytes + 128 + sum(map(len, message.sealed)) + sum(map(len, message.checks))
    assert sent.sha256 == hashlib.sha256(payload(left)).hexdigest()
    shown = next_update(LeastSquares(0), WEIGHTS, [entry_of(people.events[-2], datetime.now(UTC))])
    assert shown.assumed.round == OFFER.round + 1, "another round, which this person's training does not depend on"
    assert sent.content_sha256 == shown.sha256 != sent.sha256


def test_published_keys_are_signed_and_kept(people: People) -> None:
    for seed, keys in enumerate(people.published):
        assert [key.number for key in keys.prekeys] == [0, 1]
        assert all(is_signed(key, "f00", keys.identity) for key in keys.prekeys)
        again = SecureKeys(people.folder / str(seed))
        assert again.identity == keys.identity
        public = {number: key.public_key().public_bytes_raw() for number, key in again.unspent().items()}
        assert public == {key.number: key.key for key in keys.prekeys}


def test_what_hides_a_vector_is_erased_before_the_vector_leaves(people: People) -> None:
    people.machines[0](asked(OFFER, people.terms()))
    assert set(SecureKeys(people.folder / "0").unspent()) == {1}
    assert json.loads((people.folder / "0" / "answered.json").read_text()) == {"f00": 1}


def test_no_machine_answers_a_round_twice_not_even_after_a_restart(people: People) -> None:
    people.machines[0](asked(OFFER, people.terms()))
    for machine in (people.machines[0], people.machine(0)):
        with pytest.raises(RefusedRound, match="already answered"):
            machine(asked(OFFER, people.terms(use=1)))
    later = RoundOffer(**{**vars(OFFER), "round": 2})
    with pytest.raises(RefusedRound, match="one-time key 0 was used before"):
        people.machine(0)(asked(later, people.terms(later)))


def test_a_machine_that_restarted_between_the_exchanges_has_fallen_silent(people: People) -> None:
    terms = people.terms()
    collecting = server.open_round(terms)
    for number, machine in enumerate(people.machines):
        collecting = server.collect(collecting, number, masked_from_records(machine(asked(OFFER, terms)), terms))
    _, requests = server.close(collecting)
    with pytest.raises(RefusedRound, match="no part in"):
        people.machine(0)(request_to_records(terms, requests[0]))
    assert people.machines[0](request_to_records(terms, requests[0])).config_records


def test_an_offer_without_terms_gets_nothing(people: People) -> None:
    with pytest.raises(RefusedRound, match=r"no vsr\.terms\.1"):
        people.machines[0](offer_to_records(OFFER))


def test_terms_for_another_training_than_the_offers_get_nothing(people: People) -> None:
    other = RoundOffer(**{**vars(OFFER), "local": LocalTraining(4, 0.1, 16)})
    with pytest.raises(RefusedRound, match="another training"):
        people.machines[0](asked(other, people.terms()))


def test_terms_that_leave_fewer_people_than_the_offer_promises_get_nothing(people: People) -> None:
    """What the offer promises stands on the person's record."""
    promised = replace(OFFER, minimum_cohort=3)
    with pytest.raises(RefusedRound, match="a sum over 2 people could be made; the offer promises 3"):
        people.machines[0](asked(promised, people.terms(promised)))


def test_a_machine_that_does_not_sum_securely_publishes_no_keys(people: People) -> None:
    answered = AnsweredRounds(people.folder / "bare.json")
    bare = RoundAnswers(LeastSquares(0), answered, OwnTerms(), lambda _: None)
    with pytest.raises(RefusedRound, match="runs something else"):
        bare(wanted_to_records("f00", 2))


@pytest.mark.parametrize("count", [0, 101])
def test_an_impossible_number_of_keys_is_refused(people: People, count: int) -> None:
    with pytest.raises(RefusedRound, match="one-time keys"):
        people.machines[0](wanted_to_records("f00", count))


def test_a_stock_does_not_grow_without_end(tmp_path: Path) -> None:
    keys = SecureKeys(tmp_path)
    for _ in range(3):
        keys.publish("f00", 100)
    assert len(keys.unspent()) == MOST_UNSPENT
    assert max(SecureKeys(tmp_path).unspent()) == 299
    assert oct((tmp_path / "one_time_keys.json").stat().st_mode)[-3:] == "600"
    assert oct((tmp_path / "identity_key").stat().st_mode)[-3:] == "600"


@pytest.mark.parametrize("name", ["identity_key", "one_time_keys.json"])
def test_damaged_keys_are_said_to_be(tmp_path: Path, name: str) -> None:
    SecureKeys(tmp_path).publish("f00", 1)
    (tmp_path / name).write_text("[]")
    with pytest.raises(StoreError, match="cannot be read"):
        SecureKeys(tmp_path)
