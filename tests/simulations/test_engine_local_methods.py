"""Methods that keep something of a person's beside layers, or gather everybody: where one becomes another, and more."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from tests.simulations.made_people import START, people
from vsr_shared.errors import UsageError
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.learning.speaker_normalisation import speaker_of
from vsr_shared.network.parts import TRAINABLE_SHAPES
from vsr_shared.network.tail_head import prepare, representations
from vsr_shared.weights import Array, digest
from vsr_simulations.engine.evaluation import evaluate_method
from vsr_simulations.engine.heard import Population, gathered
from vsr_simulations.engine.method import Judged, Method
from vsr_simulations.engine.rounds import Outcome, RoundSettings, run_rounds
from vsr_simulations.methods.centralised import CENTRALISED
from vsr_simulations.methods.fed_ala import fed_ala
from vsr_simulations.methods.fed_avg import FED_AVG
from vsr_simulations.methods.fed_bn import NORMALISATION, fed_bn
from vsr_simulations.methods.fed_dbe import CONSENSUS, OWN, fed_dbe
from vsr_simulations.methods.knn_per import knn_per
from vsr_simulations.methods.speaker_norm import speaker_norm

PEOPLE = people(3, 6)
SETTINGS = RoundSettings(2, 3, LocalTraining(epochs=2, learning_rate=1e-3, batch_size=4), threads=1)


def run(method: Method, settings: RoundSettings = SETTINGS, whom: Population = PEOPLE) -> Outcome:
    return run_rounds(whom, START, method, settings, seed=1)


@pytest.fixture(scope="module")
def fed_avg() -> Outcome:
    return run(FED_AVG)


def given(outcome: Outcome, method: Method, member: int) -> Judged:
    common = {**START.weights, **method.beside, **outcome.state.weights}
    own = outcome.own.get(member, 9) or method.begin(common)
    return Judged(common, own, START.frozen, PEOPLE[member].teach, SETTINGS.local, 0)


def test_all_clips_in_one_place_are_a_federation_of_one_machine_that_has_them() -> None:
    everybody = gathered(PEOPLE)
    assert len(everybody[0].teach) == 18
    np.testing.assert_array_equal(everybody[0].teach.chosen(range(6, 12)).activations, PEOPLE[1].teach.activations)
    central = run(CENTRALISED)
    assert central.client_rounds == 2
    assert digest(central.state.weights) == digest(run(FED_AVG, whom=everybody).state.weights)
    alone = replace(PEOPLE, count=1)
    assert digest(run(CENTRALISED, whom=alone).state.weights) == digest(run(FED_AVG, whom=alone).state.weights)
    judged = evaluate_method(PEOPLE, START, CENTRALISED, central, SETTINGS, seed=1)
    assert [user.name for user in judged.users] == [PEOPLE[number].name for number in range(3)]


def test_normalisation_at_home_never_travels() -> None:
    assert len(NORMALISATION) == 4
    outcome = run(fed_bn())
    assert set(outcome.state.weights) == set(TRAINABLE_SHAPES) - set(NORMALISATION)
    assert set(outcome.own.get(0, 2) or {}) == set(NORMALISATION)


def test_fedala_that_cannot_learn_its_mixture_is_fedavg(fed_avg: Outcome) -> None:
    found = run(fed_ala(rate=0)).state.weights
    for name, array in fed_avg.state.weights.items():
        np.testing.assert_allclose(found[name], array, atol=2e-5)


def test_fedala_mixes_what_is_behind_and_takes_the_rest_from_the_common_model() -> None:
    method = fed_ala(rate=50)
    outcome = run(method)
    own = outcome.own.get(1, 2) or {}
    mixture = own["ala/polarity/kernel"]
    assert 0 <= mixture.min() < 1
    assert mixture.max() == 1
    judged = method.judge(given(outcome, method, 1))
    assert digest({"": judged["bn/gamma"]}) == digest({"": outcome.state.weights["bn/gamma"]})
    apart = [np.abs(judged["polarity/kernel"] - one["polarity/kernel"]).max() for one in (own, outcome.state.weights)]
    assert min(apart) > 0
    # Who was never there has nothing to mix in.
    newcomer = replace(given(outcome, method, 1), own=method.begin(outcome.state.weights))
    assert digest(method.judge(newcomer)) == digest(outcome.state.weights)


def test_feddbe_without_pull_and_memory_is_fedavg(fed_avg: Outcome) -> None:
    found = dict(run(fed_dbe(0, memory=False)).state.weights)
    assert found.pop(CONSENSUS).any()
    assert digest(found) == digest(fed_avg.state.weights)


def test_feddbe_finds_a_mean_once_and_pulls_people_to_it() -> None:
    long = replace(SETTINGS, local=replace(SETTINGS.local, epochs=4))
    outcomes = [run(fed_dbe(pull), long) for pull in (0, 5000)]
    first = run(fed_dbe(), replace(SETTINGS, rounds=1)).state.weights[CONSENSUS]
    means = [mean_of(START.weights, member) for member in range(3)]
    np.testing.assert_allclose(first, np.mean(means, axis=0), rtol=1e-4, atol=1e-5)

    def apart(outcome: Outcome) -> float:
        common = outcome.state.weights
        np.testing.assert_array_equal(common[CONSENSUS], first)
        assert (outcome.own.get(0, 2) or {})[OWN].any()
        return sum(float(np.square(mean_of(common, member) - first).sum()) for member in range(3))

    free, pulled = map(apart, outcomes)
    assert pulled < 0.9 * free


def mean_of(weights: dict[str, Array] | object, member: int) -> Array:
    lead = {name: array[None] for name, array in dict(weights).items() if name in TRAINABLE_SHAPES}  # type: ignore[call-overload]
    ready = prepare(PEOPLE[member].teach.activations[None], START.frozen)
    result: Array = representations(lead, START.frozen, ready)[0].mean(axis=0)
    return result


def test_a_bias_of_ones_own_in_feddbe_is_one_behind_the_representation() -> None:
    method = fed_dbe()
    outcome = run(method)
    mine = given(outcome, method, 0)
    judged = method.judge(mine)
    ready = prepare(PEOPLE[0].held_out.activations[None], START.frozen)
    lead = {name: array[None] for name, array in judged.items()}
    hidden = representations(lead, START.frozen, ready)[0] + mine.own[OWN]
    expected = hidden @ mine.common["polarity/kernel"] + mine.common["polarity/bias"]
    said = representations(lead, START.frozen, ready)[0] @ judged["polarity/kernel"] + judged["polarity/bias"]
    np.testing.assert_allclose(said, expected, atol=1e-4)


def test_neighbours_are_those_of_an_independent_reference(fed_avg: Outcome) -> None:
    mine = given(fed_avg, FED_AVG, 0)
    lead = {name: array[None] for name, array in mine.common.items()}
    stored, asked = (
        representations(lead, START.frozen, prepare(clips.activations[None], START.frozen))[0]
        for clips in (PEOPLE[0].teach, PEOPLE[0].held_out)
    )
    width = stored.shape[1]
    # Far from everything every weight of the formula would be 0; what counts is their ratio.
    reference = KNeighborsClassifier(
        4, algorithm="brute", weights=lambda far: np.exp((far.min(axis=1, keepdims=True) ** 2 - far**2) / width)
    )
    expected = reference.fit(stored.astype(np.float64), PEOPLE[0].teach.labels).predict_proba(asked.astype(np.float64))
    say = knn_per(share=1, neighbours=4).say
    assert say is not None
    np.testing.assert_allclose(say(mine, PEOPLE[0].held_out), expected[:, 1], atol=1e-5)


def test_knn_per_without_neighbours_says_what_the_common_model_says(fed_avg: Outcome) -> None:
    def figures(method: Method) -> list[float]:
        return list(evaluate_method(PEOPLE, START, method, fed_avg, SETTINGS, seed=1).summary().values())

    np.testing.assert_allclose(figures(knn_per(share=0)), figures(FED_AVG), atol=1e-6)
    assert figures(knn_per(share=1)) != figures(FED_AVG)
    say = knn_per().say
    nothing = replace(given(fed_avg, FED_AVG, 0), clips=PEOPLE[0].teach.chosen([]))
    assert say is not None and len(say(nothing, PEOPLE[0].held_out)) == 6


def test_a_speaker_who_is_known_well_looks_like_those_whom_the_base_heard() -> None:
    heard = PEOPLE[0].teach.activations
    normalised = speaker_of(heard, START.frozen, known_by=0).normalised(heard)
    np.testing.assert_allclose(
        normalised.mean(axis=(0, 1, 2)), START.frozen["conv5_block32_0_bn/moving_mean"], atol=1e-3
    )
    np.testing.assert_allclose(
        normalised.var(axis=(0, 1, 2)), START.frozen["conv5_block32_0_bn/moving_variance"], rtol=1e-3
    )
    np.testing.assert_array_equal(speaker_of(heard[:0], START.frozen).normalised(heard), heard.astype(np.float32))


def test_normalised_speakers_are_taught_and_judged_alike(fed_avg: Outcome) -> None:
    method = speaker_norm(FED_AVG)
    outcome = run(method)
    assert digest(outcome.state.weights) != digest(fed_avg.state.weights)
    judged = evaluate_method(PEOPLE, START, method, outcome, SETTINGS, seed=1)
    assert judged != evaluate_method(PEOPLE, START, FED_AVG, outcome, SETTINGS, seed=1)


def test_settings_that_cannot_be_are_refused() -> None:
    for make in (lambda: fed_ala(share=0), lambda: fed_dbe(-1), lambda: knn_per(neighbours=0)):
        with pytest.raises(UsageError):
            make()
