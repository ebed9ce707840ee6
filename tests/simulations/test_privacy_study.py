"""The simulator's noise is that of a real secure sum, and its study says what it ran."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.shared.secure_cohort import cohort, run_round
from tests.shared.seeded_bytes import seeded_bytes
from vsr_shared.errors import UsageError
from vsr_shared.federation.chain import LocalUpdate
from vsr_shared.federation.messages import RoundOffer
from vsr_shared.federation.secure_update import from_sum, to_words
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.privacy.accounting import epsilon
from vsr_shared.privacy.noise_terms import NoiseTerms
from vsr_shared.secure_sum.tolerance import tolerance_for
from vsr_shared.shipped_base import BASES, read_shipped
from vsr_shared.weights import digest
from vsr_simulations.engine.round_updates import RoundUpdates
from vsr_simulations.engine.rounds import Start
from vsr_simulations.populations.generated_activations import GeneratedActivations
from vsr_simulations.privacy.drawn_people import DrawnPeople
from vsr_simulations.privacy.noisy_mean import Noise, deviation_in_mean, multiplier_for, noisy_mean
from vsr_simulations.privacy.report import draw, table_of
from vsr_simulations.privacy.study import StudyPlan, run_study

SIZE = 3_000
WEIGHTS = {"w": np.zeros(SIZE, np.float32)}
DELTA = 1e-6


def test_the_noise_is_that_of_a_real_secure_sum() -> None:
    people, terms = 10, NoiseTerms(1.5, DELTA, 1_000)
    tolerance = tolerance_for(people)
    about = ("f00", 1, "base", digest(WEIGHTS), WEIGHTS, LocalTraining(), 3, ())
    offer = RoundOffer(*about, clip_norm=0.7, noise=terms)
    group = cohort(people, tolerance.dropouts, tolerance.colluders, size=offer.vector_size)
    nothing = LocalUpdate(WEIGHTS, 1, {})
    words = [to_words(nothing, offer, group.terms, seeded_bytes(seed)) for seed in range(people)]
    found = from_sum(run_round(group, words), offer, group.terms).delta["w"]
    expected = deviation_in_mean(Noise(1.5, DELTA, people), 0.7, SIZE)
    assert np.std(found) == pytest.approx(expected, rel=5 / math.sqrt(2 * SIZE))


def test_more_people_than_a_sum_takes_have_the_noise_of_every_sum() -> None:
    one, four = (deviation_in_mean(Noise(1.0, DELTA, people), 1.0, SIZE) for people in (125, 500))
    assert four == pytest.approx(one / 2, rel=1e-3), "four sums: a quarter of each's noise, drawn four times"
    assert deviation_in_mean(Noise(0.0, DELTA, 125), 1.0, SIZE) == 0


def test_a_mean_is_of_clipped_updates_that_weigh_the_same() -> None:
    deltas = np.zeros((2, SIZE), np.float32)
    deltas[0, 0], deltas[1, 1] = 9.0, 0.1
    updates = RoundUpdates(1, np.arange(2), WEIGHTS, {"w": deltas}, np.array([50, 1]))
    bare = noisy_mean(Noise(0.0, DELTA, 10), 0.5, seed=1)(updates)["w"]
    assert bare[:3] == pytest.approx([0.25, 0.05, 0.0])
    noisy = noisy_mean(Noise(2.0, DELTA, 10), 0.5, seed=1)(updates)["w"] - bare
    assert np.std(noisy) == pytest.approx(deviation_in_mean(Noise(2.0, DELTA, 10), 0.5, SIZE), rel=0.07)


@pytest.mark.parametrize(("target", "rounds"), [(1.0, 5), (8.0, 10), (0.5, 1)])
def test_the_multiplier_comes_to_the_epsilon_that_was_asked_for(target: float, rounds: int) -> None:
    found = multiplier_for(target, rounds, DELTA)
    assert epsilon(found, rounds, DELTA) <= target < epsilon(found / 1.001, rounds, DELTA)


@pytest.fixture(scope="module")
def start() -> Start:
    base = read_shipped(BASES)
    return Start(base.trainable, base.frozen)


@pytest.fixture(scope="module")
def speakers(start: Start) -> GeneratedActivations:
    return GeneratedActivations(3, 6, start.frozen, clips=12)


def test_people_are_drawn_from_speakers_alike_every_time(speakers: GeneratedActivations) -> None:
    people = DrawnPeople(tuple(speakers[place] for place in range(2)), 50, 4, 7)
    assert (len(people), len(people[49].teach)) == (50, 4)
    assert people[9].name == "made000001/9"
    assert (people[9].teach.labels == people[9].teach.labels).all()
    assert (people[9].teach.activations == people[9].teach.activations).all()
    assert len(people[9].held_out) == len(speakers[1].held_out)
    with pytest.raises(IndexError):
        people[50]


def test_a_study_runs_goes_on_and_is_drawn(speakers: GeneratedActivations, start: Start, tmp_path: Path) -> None:
    plan = StudyPlan(("last layer",), (10, 1_000_000), (4.0,), trained=3, clips=4, folds=2)
    told: list[int] = []

    def run() -> list[object]:
        told.clear()
        return list(
            run_study(speakers, start, plan, tmp_path / "k" / "points.json", lambda _, done, __: told.append(done))
        )

    points = run()
    assert [(point.people, point.epsilon) for point in points] == [(0, 0.0), (10, 4.0), (1_000_000, 4.0)]
    assert {point.numbers for point in points} == {514}
    none, few, many = (point.figures for point in points)
    assert many["nll"] == pytest.approx(none["nll"], abs=0.02), "a million people's noise is nothing"
    assert few["nll"] > many["nll"], "ten people's is much"
    kept = (tmp_path / "k" / "points.json").read_bytes()
    assert run() == points
    assert (tmp_path / "k" / "points.json").read_bytes() == kept
    assert told == [1, 2, 3]
    assert table_of(points).row_count == 3
    draw(points, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").stat().st_size > 5_000


@pytest.mark.parametrize("wrong", [{"parts": ("everything",)}, {"people": (10_000_000,)}])
def test_an_impossible_plan_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        replace(StudyPlan(), **wrong)  # type: ignore[arg-type]
