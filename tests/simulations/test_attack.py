"""Attackers succeed where there is something to learn, fail where there is nothing, and bounds hold."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.shared.small_base import small_base
from tests.shared.test_tail_head import random_network
from vsr_shared.emotions import Emotion
from vsr_shared.errors import UsageError
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.network.tail_head import loss_and_gradient, prepare
from vsr_shared.privacy.accounting import epsilon
from vsr_shared.secure_sum.tolerance import Tolerance
from vsr_simulations.attacks.attribute import guess
from vsr_simulations.attacks.audit import audit, bounds, gaussian_epsilon
from vsr_simulations.attacks.by_person import judge
from vsr_simulations.attacks.cast import Cast, Person
from vsr_simulations.attacks.drawn_updates import SINGLE, Amounts, chosen_clips, plan
from vsr_simulations.attacks.inversion import input_of_dense, judge_recovered, label_of, pooled, recover
from vsr_simulations.attacks.linking import link
from vsr_simulations.attacks.report import as_rows, audit_table, draw, inverted_table, told_table
from vsr_simulations.attacks.secure_round import offer_for, secure_round, signed
from vsr_simulations.attacks.study import TASKS, Plan, run_study
from vsr_simulations.attacks.traits import Traits
from vsr_simulations.attacks.views import View, least_noise, no_attacker_above, views
from vsr_simulations.engine.heard import HeardClips

SIZE = 300
"""Numbers of a made-up update."""


def made_people(people: int, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Updates (d, SIZE) of people of two kinds who differ, and each by themselves: vectors, kinds, people, halves."""
    random = np.random.default_rng(seed)
    kinds = np.arange(people) % 2
    own = random.normal(0, 0.4, (people, SIZE)) + np.outer(2 * kinds - 1, random.normal(0, 0.3, SIZE))
    person = np.repeat(np.arange(people), rows)
    vectors = 0.01 * (own[person] + random.normal(0, 0.5, (len(person), SIZE)))
    return vectors.astype(np.float32), np.array(["a", "b"])[kinds[person]], person, np.tile(np.arange(rows) % 2, people)


def as_traits(vectors: np.ndarray) -> Traits:
    return Traits(vectors[:, : SIZE // 2], vectors[:, SIZE // 2 :])


def masked(vectors: np.ndarray) -> np.ndarray:
    """What the server sees of each in real secure sums of three."""
    offer = offer_for({"w": np.zeros(SIZE, np.float32)}, 1.0)
    cohorts = [secure_round(offer, list(some), [1] * 3, Tolerance(3, 1, 0)) for some in vectors.reshape(-1, 3, SIZE)]
    return np.stack([signed(found.masked[place])[:-1] for found in cohorts for place in range(3)])


def test_an_attack_on_plain_updates_succeeds_and_on_masked_ones_is_at_chance() -> None:
    vectors, kinds, person, half = made_people(30, 4, 1)
    attacked = tuple(range(14))
    names = [str(one) for one in range(30)]
    plain = guess(as_traits(vectors), kinds, person, attacked)
    assert set(person[plain.rows]) == set(attacked)
    assert judge(kinds[plain.rows], plain.said, person[plain.rows]).low > 0.9
    rows, said = link(as_traits(vectors), person, half, attacked, names)
    assert judge(np.array(names)[person[rows]], said, person[rows]).uar > 0.5, "chance is 0.07"
    hidden = as_traits(masked(vectors))
    blind = guess(hidden, kinds, person, attacked)
    # 56 guesses at chance lie within 5 deviations of a half but once in a million.
    assert abs((kinds[blind.rows] == blind.said).mean() - 0.5) < 5 * 0.5 / math.sqrt(56)
    rows, said = link(hidden, person, half, attacked, names)
    assert (np.array(names)[person[rows]] == said).mean() < 1 / 14 + 5 * math.sqrt(13 / 14**2 / 56)


def test_a_real_sum_is_the_mean_of_those_who_sent_something() -> None:
    vectors = made_people(3, 1, 2)[0]
    offer = offer_for({"w": np.zeros(SIZE, np.float32)}, 1.0)
    found = secure_round(offer, list(vectors), [3, 1, 9], Tolerance(3, 1, 0), silent=[2])
    assert set(found.masked) == {0, 1}
    np.testing.assert_allclose(found.mean.delta["w"], (3 * vectors[0] + vectors[1]) / 4, atol=1e-6)


def test_intervals_are_over_people() -> None:
    truth = np.array(["a"] * 6 + ["b"] * 6)
    person = np.repeat([0, 1, 2, 3], 3)
    said = np.array(["a"] * 3 + ["b"] * 3 + ["b"] * 6)
    found = judge(truth, said, person)
    assert (found.uar, found.chance, found.people, found.rows) == (0.75, 0.5, 4, 12)
    assert (found.low, found.high) == (0.5, 1.0), "one of two people of a kind is right: anything from none to both"


def heard(count: int, seed: int, place: float = 0.0) -> HeardClips:
    random = np.random.default_rng(seed)
    activations = random.normal(place, 1, (count, 1, 2, 1888)).astype(np.float16)
    statistics = np.zeros((count, 40), np.float32)
    return HeardClips(activations, statistics, np.arange(count) % 2, np.arange(count))


def test_one_gradient_gives_the_activation_exactly_and_the_label() -> None:
    weights, frozen = random_network(1, 0)
    bare = {name: array[0] for name, array in weights.items()}
    for seed in range(3):
        clip = heard(2, seed).chosen([seed % 2])
        target = np.eye(2, dtype=np.float32)[clip.labels][None]
        ones = np.ones((1, 1), np.float32)
        _, slope = loss_and_gradient(weights, frozen, prepare(clip.activations[None], frozen), target, ones)
        found = input_of_dense(slope["hidden/kernel"][0], slope["hidden/bias"][0])[:1888]
        np.testing.assert_allclose(found, pooled(bare, frozen, clip)[0], rtol=1e-3, atol=1e-5)
        assert label_of(-slope["polarity/bias"][0]) == clip.labels[0]


def test_activations_are_learnt_from_others_updates_where_updates_tell_them() -> None:
    random = np.random.default_rng(4)
    person = np.repeat(np.arange(30), 4)
    truth = random.normal(0, 1, (120, 8)).astype(np.float32)
    tells = Traits((truth @ random.normal(0, 1, (8, 200))).astype(np.float32), np.zeros((120, 1), np.float32))
    silent = Traits(random.normal(0, 1, (120, 200)).astype(np.float32), np.zeros((120, 1), np.float32))
    open_, shut = (
        judge_recovered(recover(one, truth, person, range(5)), truth, person, range(5)) for one in (tells, silent)
    )
    assert open_.explained > 0.7 and open_.picked > 0.9
    assert shut.explained < 0.1


def test_what_canaries_find_stays_below_the_ledger_and_is_large_without_noise() -> None:
    noisy = audit(1.0, 40, seed=2)
    assert noisy.games >= 40 and noisy.false_positives + noisy.false_negatives > 0
    assert 0 <= noisy.counted <= noisy.upper and noisy.gaussian <= noisy.upper
    assert noisy.exact <= noisy.upper == epsilon(1.0, 1, 1e-6)
    bare = audit(0.0, 40, seed=2)
    assert bare.false_positives == bare.false_negatives == 0
    assert bare.counted > 1.5 and bare.gaussian > 6 and bare.upper == math.inf


def test_many_games_come_near_the_true_epsilon_and_seldom_beyond() -> None:
    """The bounds' own arithmetic, with normal numbers in place of sums."""
    random = np.random.default_rng(5)
    found = []
    for _ in range(200):
        there = random.random(2_000) < 0.5
        found.append(bounds(there, there + random.standard_normal(2_000) > 0.5, 1.0, 1, 1e-6))
    exact = found[0].exact
    above = np.mean([one.gaussian > exact for one in found])
    assert above <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 200)
    assert np.mean([one.gaussian for one in found]) > 0.75 * exact
    assert max(one.counted for one in found) < exact


def test_epsilon_of_a_gaussian_is_the_known_one() -> None:
    """Balle and Wang 2018: at mu 1 and this epsilon, delta is what was asked for; and it grows with mu."""
    found = gaussian_epsilon(1.0, 1e-5)
    normal = lambda value: 0.5 * math.erfc(-value / math.sqrt(2))  # noqa: E731
    assert normal(0.5 - found) - math.exp(found) * normal(-0.5 - found) == pytest.approx(1e-5, rel=1e-6)
    assert gaussian_epsilon(0.0, 1e-5) == 0 < gaussian_epsilon(0.5, 1e-5) < found
    assert found <= epsilon(1.0, 1, 1e-5)


def test_the_least_noise_is_the_multiplier_times_the_length() -> None:
    assert least_noise(0.7, 0.2, 774_914) == pytest.approx(0.14, rel=0.03)
    assert no_attacker_above(View("n", "noise", epsilon=8.0)) > no_attacker_above(View("n", "noise", epsilon=1.0)) > 0.5
    assert no_attacker_above(View("p", "plain")) == 1


def small_cast() -> Cast:
    """Eight people whose activations tell their sex, two of either attacked, on a base of random numbers."""
    weights, frozen = random_network(1, 0)
    base = replace(small_base(), trainable={name: array[0] for name, array in weights.items()}, frozen=frozen)
    people = []
    for number in range(8):
        female = number % 2 == 0
        clips = heard(8, 100 + number, 0.5 * female)
        halves = np.repeat([0, 1], 4)
        emotions = ((Emotion.ANGRY, Emotion.HAPPY) if number % 4 < 2 else (Emotion.CALM, Emotion.DISGUST)) * 4
        people.append(Person(f"p{number}", "made", female, number < 4, clips, emotions, halves))
    return Cast("small", base, tuple(people))


def test_a_study_runs_goes_on_and_is_drawn(tmp_path: Path) -> None:
    amounts = Amounts(2, 2, 2, 4)
    some = tuple(one for one in views((), (2,)) if one.kind != "clipped")
    settings = Plan(amounts, LocalTraining(epochs=1), views=some, noises=((0.0, 1), (1.0, 1)), games=4)
    told: list[str] = []
    first = run_study(small_cast(), settings, tmp_path, lambda progress: told.append(progress.what))
    assert "updates" in told and "seen: masked vector" in told
    assert {one.view for one in first.told} == {one.name for one in settings.views}
    assert {one.task for one in first.told} == set(TASKS)
    plain = {one.task: one.found for one in first.told if one.view == "plain"}
    assert plain["gender"].people == 4 and plain["speaker"].chance == 0.25
    assert first.formula[0].activation > 0.99 and first.formula[0].labels == 1
    told.clear()
    again = run_study(small_cast(), settings, tmp_path, lambda progress: told.append(progress.what))
    assert set(told) == {"audits"}, "nothing is trained or seen twice"
    assert as_rows(again) == as_rows(first)
    assert json.loads(json.dumps(as_rows(first), allow_nan=False))["audits"][0]["upper"] is None
    assert told_table(first.told).row_count == len(settings.views)
    assert inverted_table(first).row_count == 2 + 2 * len(settings.views)
    assert audit_table(first.audits).row_count == 2
    draw(first, tmp_path / "attack.png")
    assert (tmp_path / "attack.png").stat().st_size > 20_000


def test_draws_keep_to_their_half_and_to_their_mood() -> None:
    cast = small_cast()
    for one in plan(cast, Amounts(4, 2, 2, 4)):
        places = chosen_clips(cast, one, 4, seed=1)
        assert len(set(places)) == len(places) == (1 if one.kind == SINGLE else 4)
        if one.mood:
            assert sum(cast.people[one.person].emotions[place] == one.mood for place in places) == 3
        else:
            assert set(cast.people[one.person].halves[places]) == {one.half}


def test_too_little_to_attack_is_refused() -> None:
    with pytest.raises(UsageError, match="two draws"):
        Amounts(1)
    with pytest.raises(UsageError, match="two games"):
        audit(1.0, 1)
