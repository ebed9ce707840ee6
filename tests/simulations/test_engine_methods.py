"""Methods of personalisation: where one becomes another, its numbers do."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.simulations.made_people import START, Counted, people
from vsr_shared.errors import UsageError
from vsr_shared.learning.local_training import LocalTraining, train
from vsr_shared.learning.personalise import lessons_of
from vsr_shared.network.parts import HEAD_SHAPES, TRAINABLE_SHAPES
from vsr_shared.weights import Weights, digest
from vsr_simulations.engine.cohort import seeds_of
from vsr_simulations.engine.evaluation import evaluate_common, evaluate_method
from vsr_simulations.engine.method import Judged, Method
from vsr_simulations.engine.rounds import Outcome, RoundSettings, run_rounds
from vsr_simulations.methods.alone import BASE_ALONE, LOCAL_ONLY
from vsr_simulations.methods.apfl import apfl
from vsr_simulations.methods.ditto import ditto
from vsr_simulations.methods.fed_ala import fed_ala
from vsr_simulations.methods.fed_avg import FED_AVG, FINE_TUNED, SHIPPED
from vsr_simulations.methods.fed_babu import fed_babu
from vsr_simulations.methods.fed_bn import fed_bn
from vsr_simulations.methods.fed_head import FED_HEAD
from vsr_simulations.methods.fed_per import fed_per
from vsr_simulations.methods.fed_prox import fed_prox
from vsr_simulations.methods.fed_rep import fed_rep
from vsr_simulations.methods.knn_per import knn_per
from vsr_simulations.methods.speaker_norm import speaker_norm
from vsr_simulations.populations.drift import Drift

PEOPLE = people(3, 6)
SETTINGS = RoundSettings(2, 3, LocalTraining(epochs=2, learning_rate=1e-3, batch_size=4), threads=1)


def run(method: Method, settings: RoundSettings = SETTINGS) -> Outcome:
    return run_rounds(PEOPLE, START, method, settings, seed=1)


@pytest.fixture(scope="module")
def fed_avg() -> str:
    return digest(run(FED_AVG).state.weights)


@pytest.mark.parametrize(
    "method",
    [
        fed_prox(0),
        fed_per(()),
        fed_rep((), body_epochs=2),
        fed_babu(()),
        ditto(0.5),
        apfl(0.3),
        fed_bn(()),
        fed_ala(()),
        knn_per(),
        speaker_norm(FED_AVG, float("inf")),
    ],
    ids=lambda method: method.name,
)
def test_methods_whose_common_half_is_fedavg_have_its_numbers(method: Method, fed_avg: str) -> None:
    assert digest(run(method).state.weights) == fed_avg


def test_a_pull_in_fedprox_keeps_the_common_model_nearer_to_its_start() -> None:
    def moved(method: Method) -> float:
        weights = run(method, replace(SETTINGS, rounds=1)).state.weights
        return float(np.square(weights["hidden/kernel"] - START.weights["hidden/kernel"]).sum())

    assert moved(fed_prox(50)) < moved(fed_prox(0))


def alone_over_rounds(member: int) -> Weights:
    """What a person comes to who trains alone in every round, from the base on."""
    weights: Weights = {name: array[None] for name, array in START.weights.items()}
    lessons = lessons_of(PEOPLE[member].teach.recordings(), START.frozen)
    for number in (1, 2):
        weights = train(weights, START.frozen, lessons, SETTINGS.local, seeds_of(1, number, [member]))
    return {name: array[0] for name, array in weights.items()}


@pytest.mark.parametrize(
    "method", [ditto(0), apfl(1), fed_per(tuple(TRAINABLE_SHAPES))], ids=lambda method: method.name
)
def test_methods_without_anything_from_others_leave_each_person_alone(method: Method) -> None:
    outcome, expected = run(method), alone_over_rounds(2)
    own = outcome.own.get(2, 2)
    assert own is not None
    for name in expected:
        np.testing.assert_allclose(own[name], expected[name], atol=2e-5)


def given(outcome: Outcome, member: int) -> Judged:
    own = outcome.own.get(member, 2) or {}
    return Judged(
        {**START.weights, **outcome.state.weights}, own, START.frozen, PEOPLE[member].teach, SETTINGS.local, 0
    )


def test_a_mixture_without_ones_own_is_the_common_model(fed_avg: str) -> None:
    assert digest(apfl(0).judge(given(run(apfl(0)), 1))) == fed_avg


def test_a_strong_pull_in_ditto_holds_people_at_the_model_they_were_sent() -> None:
    one_round = replace(SETTINGS, rounds=1)
    free, held = (run(method, one_round).own.get(0, 1) or {} for method in (ditto(0), ditto(100)))
    apart = [sum(float(np.square(own[n] - START.weights[n]).sum()) for n in own) for own in (free, held)]
    assert apart[1] < 0.7 * apart[0]


def test_a_personal_head_stays_and_the_common_one_never_moves() -> None:
    for method in (fed_per(), fed_rep()):
        outcome = run(method)
        assert not set(outcome.state.weights) & set(HEAD_SHAPES)
        mine, yours = (outcome.own.get(member, 2) or {} for member in (0, 1))
        assert set(mine) == set(HEAD_SHAPES)
        assert not np.array_equal(mine["hidden/kernel"], yours["hidden/kernel"])
        judged = method.judge(given(outcome, 0))
        np.testing.assert_array_equal(judged["hidden/kernel"], mine["hidden/kernel"])
    assert not set(run(fed_babu()).state.weights) & set(HEAD_SHAPES)


def test_rounds_change_nothing_for_who_stays_alone() -> None:
    for method in (BASE_ALONE, LOCAL_ONLY):
        outcome = run(method)
        assert outcome.client_rounds == 0
        assert digest(outcome.state.weights) == digest(START.weights)
    assert digest(BASE_ALONE.judge(given(run(BASE_ALONE), 0))) == digest(START.weights)
    assert digest(LOCAL_ONLY.judge(given(run(LOCAL_ONLY), 0))) != digest(START.weights)


def test_a_tail_at_rest_hears_a_clip_once_and_the_numbers_are_the_same(tmp_path: Path) -> None:
    counted = Counted(PEOPLE)
    every_round = run(replace(FED_HEAD, tail_rests=False)).state.weights
    for keep in (None, tmp_path):
        counted.asked.clear()
        once = run_rounds(counted, START, FED_HEAD, SETTINGS, seed=1, keep=keep).state.weights
        assert sorted(counted.asked) == [0, 1, 2], "two rounds of three people"
        assert once.keys() == every_round.keys() == HEAD_SHAPES.keys()
        for name, array in once.items():
            np.testing.assert_allclose(array, every_round[name], rtol=1e-3, atol=1e-5)
    counted.asked.clear()
    run_rounds(counted, START, FED_HEAD, replace(SETTINGS, rounds=3), seed=1, keep=tmp_path)
    assert not counted.asked, "another day it goes on from what was kept"
    with pytest.raises(UsageError, match="train the head alone"):
        run(replace(FED_AVG, tail_rests=True))


def test_who_drifts_is_heard_in_every_round() -> None:
    drifting = Drift(PEOPLE, people(3, 6, seed=7), 2)
    kept, anew = (
        run_rounds(drifting, START, replace(FED_HEAD, tail_rests=rests), SETTINGS, seed=1).state.weights
        for rests in (True, False)
    )
    assert digest(kept) == digest(anew)


def test_who_has_no_clips_uses_the_common_model() -> None:
    outcome = run(FED_AVG)
    empty = replace(given(outcome, 0), clips=PEOPLE[0].teach.chosen([]))
    for method in (FINE_TUNED, SHIPPED, fed_babu()):
        assert digest(method.judge(empty)) == digest(outcome.state.weights)


def test_a_method_is_judged_by_what_each_person_uses() -> None:
    settings = replace(SETTINGS, local=replace(SETTINGS.local, epochs=10))
    outcome = run(FINE_TUNED, settings)
    common = evaluate_common(PEOPLE, outcome.state.weights, START.frozen)
    tuned = evaluate_method(PEOPLE, START, FINE_TUNED, outcome, settings, seed=1)
    plain = evaluate_method(PEOPLE, START, FED_AVG, outcome, settings, seed=1)
    assert plain == common
    assert tuned != common
    assert set(tuned.summary()) == {"uar", "auroc", "nll", "ece", "worst_tenth"}


def test_what_people_keep_is_there_again_after_a_stop(tmp_path: Path) -> None:
    whole = run(fed_per()).own.get(1, 2)
    run_rounds(PEOPLE, START, fed_per(), replace(SETTINGS, rounds=1), seed=1, keep=tmp_path)
    # Killed in its second round, after people had trained and before the server had kept it: that round is done again.
    for member in tmp_path.glob("own/*"):
        (member / "000002.safetensors").write_bytes((member / "000001.safetensors").read_bytes())
    resumed = run_rounds(PEOPLE, START, fed_per(), SETTINGS, seed=1, keep=tmp_path).own.get(1, 2)
    assert whole and resumed
    assert digest(resumed) == digest(whole)


def test_a_mixture_must_be_one() -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        apfl(1.5)
