"""The gate lets a better model in, holds a worse one back, and is not moved by noise."""

import numpy as np
import pytest

from vsr_server.coordination.gate import Figures, GateRule, Judged, judge
from vsr_shared.errors import UsageError

PEOPLE, EACH = 8, 30


def judged(right: float, seed: int, sure: float = 0.8) -> Figures:
    """A version that says the truth of a share `right` of 8 people's 30 recordings, each with certainty `sure`."""
    random = np.random.default_rng(seed)
    labels = np.tile([0, 1], PEOPLE * EACH // 2)
    speakers = tuple(f"speaker {number // EACH}" for number in range(PEOPLE * EACH))
    truthful = random.random(len(labels)) < right
    positive = np.where((labels == 1) == truthful, sure, 1 - sure)
    return Figures(Judged(speakers, labels, positive))


@pytest.mark.parametrize("seed", range(5))
def test_a_better_model_is_let_in(seed: int) -> None:
    assert judge(judged(0.85, seed), judged(0.7, seed + 50)).promote


@pytest.mark.parametrize("seed", range(5))
def test_a_much_worse_model_is_held_back(seed: int) -> None:
    verdict = judge(judged(0.6, seed), judged(0.85, seed + 50))
    assert not verdict.promote
    assert "validation UAR" in verdict.reason


def test_a_model_that_is_as_right_and_far_too_sure_is_held_back() -> None:
    verdict = judge(judged(0.75, 1, sure=0.999), judged(0.75, 1, sure=0.75))
    assert not verdict.promote
    assert "NLL" in verdict.reason


def test_noise_alone_hardly_ever_holds_an_equal_model_back() -> None:
    held_back = sum(not judge(judged(0.75, seed), judged(0.75, seed + 50)).promote for seed in range(20))
    assert held_back <= 5


def test_one_recording_of_few_does_not_decide() -> None:
    labels = np.tile([0, 1], 10)
    before = np.where(labels == 1, 0.8, 0.2)
    after = before.copy()
    after[0] = 0.6
    figures = [Figures(Judged(("one",) * 10 + ("other",) * 10, labels, positive)) for positive in (after, before)]
    assert figures[1].judged and figures[0].judged
    assert figures[1].judged.uar - figures[0].judged.uar > GateRule().uar_margin
    assert judge(*figures).promote


def test_asked_twice_the_gate_says_the_same() -> None:
    versions = judged(0.72, 3), judged(0.78, 4)
    assert judge(*versions) == judge(*versions)


def test_many_small_steps_downwards_are_held_back_by_the_best_version() -> None:
    slightly_worse, in_use, best = judged(0.695, 5), judged(0.70, 5), judged(0.85, 5)
    assert judge(slightly_worse, in_use).promote
    verdict = judge(slightly_worse, in_use, best=best)
    assert not verdict.promote
    assert verdict.reason.startswith("worse than the best version")


def test_a_loss_that_rises_on_everybodys_machines_is_seen() -> None:
    before = Figures(loss=0.45, machines=20)
    assert not judge(Figures(loss=1.2, machines=20), before).promote
    assert judge(Figures(loss=0.4, machines=20), before).promote


def test_what_other_people_in_the_round_explain_is_no_reason() -> None:
    risen = 0.45 + 0.3
    assert judge(Figures(loss=risen, machines=4), Figures(loss=0.45, machines=4)).promote
    assert not judge(Figures(loss=risen, machines=400), Figures(loss=0.45, machines=400)).promote


def test_where_nothing_is_known_a_candidate_passes() -> None:
    verdict = judge(Figures(), judged(0.8, 1))
    assert verdict.promote
    assert "nothing to judge it by" in verdict.reason


def test_figures_go_into_a_manifest_by_name_as_far_as_they_are_known() -> None:
    one_sided = Judged(("one",) * 4, np.ones(4, np.int64), np.full(4, 0.9))
    assert set(Figures(one_sided, loss=0.5, machines=3).to_dict()) == {"nll", "machines_loss"}
    assert Figures().to_dict() == {}


def test_versions_judged_by_different_recordings_are_not_compared() -> None:
    other = Figures(Judged(("somebody",) * 4, np.array([0, 1, 0, 1]), np.full(4, 0.5)))
    with pytest.raises(UsageError, match="same validation recordings"):
        judge(other, judged(0.8, 1))


def test_a_rule_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match="the gate takes margins"):
        GateRule(uar_margin=-0.1)
