"""What a person allows to be given away in all, kept by their own machine whatever a server asks."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flwr.app import RecordDict

from tests.client.test_secure_answers import OFFER, People, asked
from tests.federation.least_squares import LeastSquares, initial_weights
from vsr_client.answered_rounds import AnsweredRounds
from vsr_client.offer_checks import OwnTerms
from vsr_client.privacy_budget import LEDGER, PrivacyBudget, left, spent
from vsr_client.round_answers import RoundAnswers
from vsr_client.round_events import OfferReceived, OfferRefused
from vsr_client.secure_answers import SecureAnswers
from vsr_client.secure_keys import SecureKeys
from vsr_shared.errors import RefusedRound, StoreError
from vsr_shared.federation.events import Event
from vsr_shared.federation.messages import RoundOffer
from vsr_shared.federation.records import offer_to_records
from vsr_shared.federation.secure_records import masked_from_records, request_to_records, uncovered_from_records
from vsr_shared.federation.secure_update import from_sum
from vsr_shared.privacy.accounting import epsilon
from vsr_shared.privacy.noise_terms import NoiseTerms
from vsr_shared.privacy.refusals import BudgetSpent, LooseTerms, NoNoise
from vsr_shared.secure_sum import server_round as server
from vsr_shared.secure_sum.member_checks import OwnLimits
from vsr_shared.weights import digest

NOISE = NoiseTerms(2.0, 1e-6, 1_000)
NOISY = replace(OFFER, noise=NOISE)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / LEDGER


@pytest.fixture
def people(tmp_path: Path) -> People:
    return People(tmp_path / "people")


def round_of(number: int, **changes: object) -> RoundOffer:
    return replace(NOISY, round=number, **changes)  # type: ignore[arg-type]


class OneMachine:
    """The first of three people, with a budget."""

    def __init__(self, people: People, most: float | None) -> None:
        self.people, self.events = people, list[Event]()
        self.folder = people.folder / "0"
        self.ledger = self.folder / LEDGER
        sums = SecureAnswers(SecureKeys(self.folder), people.enrolment.public_key().public_bytes_raw(), OwnLimits())
        answered = AnsweredRounds(self.folder / "answered.json")
        budget = PrivacyBudget(self.ledger, most)
        terms = OwnTerms(privacy_budget=most)
        self.answers = RoundAnswers(LeastSquares(0), answered, terms, self.events.append, secure=sums, budget=budget)

    def answer(self, offer: RoundOffer) -> RecordDict:
        return self.answers(asked(offer, self.people.terms(offer)))


def test_nothing_is_spent_before_the_first_round(ledger: Path) -> None:
    assert (spent(ledger).epsilon, spent(ledger).rounds, spent(ledger).bare) == (0, 0, 0)
    assert left(ledger, 8.0) == 8.0
    assert left(ledger, None) is None


def test_rounds_add_up_over_federations_and_bases_and_starts(ledger: Path) -> None:
    PrivacyBudget(ledger, 50.0).spend(round_of(1))
    PrivacyBudget(ledger, 50.0).spend(round_of(2))
    PrivacyBudget(ledger, 50.0).spend(round_of(1, federation="another"))
    PrivacyBudget(ledger, 50.0).spend(round_of(9, base="another"))
    found = spent(ledger)
    assert (found.rounds, found.delta) == (4, 1e-6)
    assert found.epsilon == pytest.approx(epsilon(2.0, 4, 1e-6))
    assert {(line.federation, line.base, line.rounds) for line in found.lines} == {
        (OFFER.federation, OFFER.base, 2),
        ("another", OFFER.base, 1),
        (OFFER.federation, "another", 1),
    }
    assert left(ledger, 50.0) == pytest.approx(50 - found.epsilon)
    assert oct(ledger.stat().st_mode)[-3:] == "600"


def test_the_smallest_delta_that_was_asked_for_holds_for_all(ledger: Path) -> None:
    budget = PrivacyBudget(ledger, None)
    budget.spend(round_of(1, noise=replace(NOISE, delta=1e-9)))
    budget.spend(round_of(2))
    assert spent(ledger).delta == 1e-9
    assert spent(ledger).epsilon == pytest.approx(epsilon(2.0, 2, 1e-9))


def test_a_round_that_would_overspend_is_refused_and_costs_nothing(ledger: Path) -> None:
    most = epsilon(2.0, 2, 1e-6) + 0.01
    budget = PrivacyBudget(ledger, most)
    for number in (1, 2):
        budget.check(round_of(number))
        budget.spend(round_of(number))
    before = ledger.read_bytes()
    for refuse in (budget.check, budget.spend):
        with pytest.raises(BudgetSpent, match="privacy budget"):
            refuse(round_of(3))
    assert ledger.read_bytes() == before
    budget.spend(round_of(3, noise=replace(NOISE, noise_multiplier=900.0)))
    assert left(ledger, most) == pytest.approx(0.01, abs=0.01), "a round that gives next to nothing away still fits"


def test_rounds_without_noise_are_counted_and_refused_once_there_is_a_limit(ledger: Path) -> None:
    PrivacyBudget(ledger, None).spend(OFFER)
    assert (spent(ledger).epsilon, spent(ledger).bare) == (0, 1)
    with pytest.raises(NoNoise, match="adds no noise"):
        PrivacyBudget(ledger, 8.0).check(OFFER)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"epsilon": 1}'])
def test_a_damaged_ledger_stops_everything(ledger: Path, content: str) -> None:
    ledger.write_text(content)
    with pytest.raises(StoreError, match="cannot be read"):
        PrivacyBudget(ledger, None)


def test_a_machine_adds_noise_and_writes_down_what_it_costs(people: People) -> None:
    machine = OneMachine(people, 50.0)
    terms = people.terms(NOISY)
    words = masked_from_records(machine.answer(NOISY), terms).words
    assert words.shape == (NOISY.vector_size,)
    assert spent(machine.ledger).epsilon == pytest.approx(epsilon(2.0, 1, 1e-6))
    told = next(event for event in machine.events if isinstance(event, OfferReceived))
    assert told.noise == {"noise_multiplier": 2.0, "delta": 1e-6, "population": 1_000}


def test_what_leaves_three_machines_sums_to_the_truth_and_the_noise_alone(people: People) -> None:
    padded = initial_weights(padding=6_000)
    offer = replace(NOISY, weights=padded, model_digest=digest(padded), metrics=())
    terms = people.terms(offer)
    collecting = server.open_round(terms)
    for number, machine in enumerate(people.machines):
        collecting = server.collect(collecting, number, masked_from_records(machine(asked(offer, terms)), terms))
    unmasking, requests = server.close(collecting)
    for number, request in requests.items():
        said = people.machines[number](request_to_records(terms, request))
        unmasking = server.take(unmasking, number, uncovered_from_records(said))
    mean = from_sum(server.finish(unmasking), offer, terms)
    assert mean.clips == pytest.approx(3, rel=1e-6)
    promised = NOISE.noise_multiplier * offer.clip_norm / 3
    most = promised * math.sqrt(3 / terms.tolerance.least_honest)
    noise = mean.delta["padding"]
    assert 0.93 * promised < np.std(noise) < 1.07 * most, "nobody's update moves the padding"
    updates = [LeastSquares(seed).train(offer).delta["weight"] for seed in range(3)]
    error = mean.delta["weight"] - np.mean(updates, axis=0)
    assert np.abs(error).max() < 7 * most


def test_a_spent_budget_refuses_before_anything_is_trained(people: People) -> None:
    machine = OneMachine(people, 0.5)
    with pytest.raises(RefusedRound, match=r"your privacy budget is 0\.5") as refused:
        machine.answer(NOISY)
    assert isinstance(refused.value.__cause__, BudgetSpent)
    assert not re.search(r"\d", refused.value.told), "what a person allows and has spent is theirs alone"
    assert [type(event) for event in machine.events] == [OfferRefused]
    assert not machine.ledger.exists()


def test_what_died_between_writing_and_sending_is_spent(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = OneMachine(people, 50.0)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("vsr_client.round_answers.to_words", die)
    with pytest.raises(KeyboardInterrupt):
        machine.answer(NOISY)
    monkeypatch.undo()
    again = OneMachine(people, 50.0)
    assert spent(again.ledger).rounds == 1
    with pytest.raises(RefusedRound, match="already answered"):
        again.answer(NOISY)


def test_a_ledger_that_cannot_be_written_lets_nothing_leave(people: People) -> None:
    machine = OneMachine(people, 50.0)
    machine.ledger.mkdir()
    with pytest.raises((StoreError, RefusedRound)):
        machine.answer(NOISY)
    assert not (machine.folder / "answered.json").exists()
    assert set(SecureKeys(machine.folder).unspent()) == {0, 1}


@pytest.mark.parametrize(
    "loose", [{"clip_norm": 11.0}, {"noise": NoiseTerms(2.0, 1e-3, 100)}], ids=["long updates", "large delta"]
)
def test_looser_terms_than_the_persons_own_are_refused(people: People, loose: dict[str, object]) -> None:
    machine = OneMachine(people, None)
    with pytest.raises(RefusedRound) as refused:
        machine.answer(round_of(1, **loose))
    assert isinstance(refused.value.__cause__, LooseTerms)


def test_noise_without_masks_is_refused(tmp_path: Path) -> None:
    bare = RoundAnswers(LeastSquares(0), AnsweredRounds(tmp_path / "a.json"), OwnTerms(), lambda _: None)
    with pytest.raises(RefusedRound, match="without a secure sum"):
        bare(offer_to_records(NOISY))


def test_a_ledger_is_plain_numbers_and_names(ledger: Path) -> None:
    PrivacyBudget(ledger, None).spend(NOISY)
    kept = json.loads(ledger.read_text())
    assert set(kept) == {"epsilon", "delta", "rounds", "bare", "lines"}
    assert math.isfinite(kept["epsilon"])
    assert np.isclose(kept["epsilon"], epsilon(2.0, 1, 1e-6))
