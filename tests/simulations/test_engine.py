"""Rounds in process: the same as each machine by itself, the same with the same seed, on again after a stop."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.simulations.made_people import START, Counted, people
from vsr_shared.errors import UsageError
from vsr_shared.learning.fed_avg import fed_avg
from vsr_shared.learning.local_training import Lessons, LocalTraining, train
from vsr_shared.learning.personalise import lessons_of
from vsr_shared.weights import Weights, digest
from vsr_simulations.engine.cohort import groups, seeds_of
from vsr_simulations.engine.evaluation import evaluate_common
from vsr_simulations.engine.heard import Part, Together
from vsr_simulations.engine.lessons import stacked_lessons
from vsr_simulations.engine.round_updates import Hooks, Members, RoundUpdates, weighted_mean
from vsr_simulations.engine.rounds import RoundReport, RoundSettings, run_rounds
from vsr_simulations.engine.secure_mean import SecureMean
from vsr_simulations.methods.fed_avg import FED_AVG
from vsr_simulations.populations.altered import AmountSkew

LOCAL = LocalTraining(epochs=2, learning_rate=1e-3, batch_size=4)
SETTINGS = RoundSettings(rounds=2, cohort=3, local=LOCAL, threads=1)


def close(one: Weights, other: Weights, much: float = 2e-5) -> None:
    assert set(one) == set(other)
    for name in one:
        np.testing.assert_allclose(one[name], other[name], atol=much)


def test_a_round_is_the_clip_weighted_mean_of_what_each_machine_trains_alone() -> None:
    uneven = AmountSkew(people(4), 1.0, median=3)
    everybody = RoundSettings(1, 4, LOCAL)
    outcome = run_rounds(uneven, START, FED_AVG, everybody, seed=5)
    users = [uneven[number] for number in range(4)]
    clips = np.array([len(user.teach) for user in users])
    assert len(set(clips)) > 1
    lead = {name: array[None] for name, array in START.weights.items()}
    alone = [
        train(lead, START.frozen, lessons_of(user.teach.recordings(), START.frozen), LOCAL, seeds_of(5, 1, [number]))
        for number, user in enumerate(users)
    ]
    expected = {
        name: sum(share * trained[name][0] for share, trained in zip(clips / clips.sum(), alone, strict=True))
        for name in lead
    }
    close(outcome.state.weights, expected)


def test_the_size_of_a_group_and_threads_change_nothing_but_speed() -> None:
    uneven = AmountSkew(people(), 1.0, median=3)
    together, apart = (
        run_rounds(uneven, START, FED_AVG, replace(SETTINGS, group=group, threads=threads), seed=1).state.weights
        for group, threads in ((8, 1), (1, 2))
    )
    close(together, apart)


def test_the_same_seed_gives_the_same_numbers_and_another_one_others() -> None:
    def run(seed: int) -> str:
        return digest(run_rounds(people(), START, FED_AVG, SETTINGS, seed=seed).state.weights)

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_a_run_that_was_stopped_goes_on_to_the_same_numbers(tmp_path: Path) -> None:
    def stop(report: RoundReport) -> None:
        if report.progress.done == 2:
            raise KeyboardInterrupt

    longer = replace(SETTINGS, rounds=3)
    momentum = replace(FED_AVG, server=fed_avg(momentum=0.5))
    whole = run_rounds(people(), START, momentum, longer, seed=1).state
    with pytest.raises(KeyboardInterrupt):
        run_rounds(people(), START, momentum, longer, seed=1, keep=tmp_path, on_round=stop)
    rounds: list[int] = []
    resumed = run_rounds(
        people(), START, momentum, longer, seed=1, keep=tmp_path, on_round=lambda r: rounds.append(r.progress.done)
    )
    assert rounds == [3]
    assert digest(resumed.state.weights) == digest(whole.weights)
    with pytest.raises(UsageError, match="another"):
        run_rounds(people(), START, momentum, longer, seed=2, keep=tmp_path)


def test_only_the_cohort_is_ever_asked_for() -> None:
    many = Counted(people(100_000))
    reports: list[RoundReport] = []
    run_rounds(many, START, FED_AVG, SETTINGS, seed=1, on_round=reports.append)
    assert many.asked == [member for report in reports for member in report.members]
    assert len(many.asked) == 6
    assert reports[-1].progress.seconds_left == 0


def test_who_is_silent_neither_trains_nor_counts() -> None:
    def silent(number: int, members: Members) -> npt.NDArray[np.bool_]:
        return members == members[0] if number == 1 else np.ones(len(members), np.bool_)

    reports: list[RoundReport] = []
    counted = Counted(people())
    run_rounds(counted, START, FED_AVG, SETTINGS, seed=1, hooks=Hooks(silent=silent), on_round=reports.append)
    assert [(len(report.members), report.silent) for report in reports] == [(2, 1), (0, 3)]
    assert len(counted.asked) == 2
    assert digest(reports[0].state.weights) == digest(reports[1].state.weights)


def test_hooks_see_what_travels_and_change_it() -> None:
    seen: list[RoundUpdates] = []

    def poisoned(number: int, members: Members, lessons: Lessons) -> Lessons:
        return replace(lessons, labels=1 - lessons.labels)

    def halved(updates: RoundUpdates) -> RoundUpdates:
        seen.append(updates)
        return replace(updates, deltas={name: delta / 2 for name, delta in updates.deltas.items()})

    one = replace(SETTINGS, rounds=1)
    plain, halves, flipped = (
        run_rounds(people(), START, FED_AVG, one, seed=1, hooks=hooks).state.weights
        for hooks in (Hooks(), Hooks(updates=halved), Hooks(lessons=poisoned))
    )
    close({n: 2 * (halves[n] - START.weights[n]) for n in halves}, {n: plain[n] - START.weights[n] for n in plain})
    assert list(seen[0].clips) == [6, 6, 6]
    moved = [np.ravel(w["polarity/kernel"] - START.weights["polarity/kernel"]) for w in (plain, flipped)]
    assert np.dot(*moved) < 0


def test_the_real_secure_sum_gives_the_mean_but_for_its_rounding() -> None:
    one = replace(SETTINGS, rounds=1)
    plain, secure = (
        run_rounds(people(), START, FED_AVG, one, seed=1, hooks=Hooks(combine=combine)).state.weights
        for combine in (weighted_mean, SecureMean())
    )
    close(plain, secure, much=1e-6)
    assert digest(plain) != digest(secure)


def test_rounds_teach_the_common_model_people_who_were_not_there() -> None:
    everybody = people(24, 10)
    there, newcomers = Part(everybody, tuple(range(16))), Part(everybody, tuple(range(16, 24)))
    settings = RoundSettings(6, 8, LocalTraining(epochs=2, learning_rate=1e-3))
    before = evaluate_common(newcomers, START.weights, START.frozen)
    outcome = run_rounds(there, START, FED_AVG, settings, seed=1)
    after = evaluate_common(newcomers, outcome.state.weights, START.frozen)
    assert after.mean("auroc") > before.mean("auroc") + 0.1
    assert after.worst_tenth <= after.mean("uar")


def test_people_without_clips_are_refused_with_a_reason() -> None:
    user = people(1)[0]
    with pytest.raises(UsageError, match="no clip to learn from"):
        stacked_lessons([user.teach.chosen([])], START.frozen)


def test_groups_hold_everybody_once_those_of_like_size_together() -> None:
    sizes = [5, 1, 5, 2, 1]
    user = people(1)[0]
    clips = [user.teach.chosen(list(range(size))) for size in sizes]
    assert sorted(place for group in groups(clips, 2) for place in group) == [0, 1, 2, 3, 4]
    assert groups(clips, 2)[0] == [1, 4]


def test_chosen_clips_keep_all_their_segments() -> None:
    user = people(1)[0]
    two_each = replace(user.teach, owner=np.arange(6) // 2, labels=user.teach.labels[:3])
    chosen = two_each.chosen([2, 0])
    assert list(chosen.owner) == [0, 0, 1, 1]
    np.testing.assert_array_equal(chosen.activations, user.teach.activations[[4, 5, 0, 1]])
    assert len(Together("one", (user,))) == 1
