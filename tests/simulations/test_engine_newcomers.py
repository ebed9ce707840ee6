"""Newcomers: everybody in turn, on again after a stop; and what the scale command measures."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.simulations.made_people import START, people
from vsr_shared.learning.common_voice import split_voice
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.weights import digest
from vsr_simulations.cli import app
from vsr_simulations.engine.method import Judged
from vsr_simulations.engine.rounds import RoundSettings, run_rounds
from vsr_simulations.engine.time_left import Progress
from vsr_simulations.methods.fed_avg import FED_AVG, own_models
from vsr_simulations.methods.fed_voice import FED_VOICE
from vsr_simulations.newcomers.study import Plan, Trial, run_study
from vsr_simulations.newcomers.table import markdown, persons, table
from vsr_simulations.newcomers.ways import SHIPPED_WAYS, TITLES
from vsr_simulations.scale.matrix_limit import matrix_seconds
from vsr_simulations.scale.measure import measure

ROUNDS = RoundSettings(2, 3, LocalTraining(epochs=1, batch_size=4), threads=1)


def test_a_voice_travels_beside_the_network_which_trains_as_without_it() -> None:
    with_voice = run_rounds(people(), START, FED_VOICE, ROUNDS, seed=1).state.weights
    layers, voice = split_voice(with_voice)
    assert voice is not None and voice.centre.any()
    assert digest(layers) == digest(run_rounds(people(), START, FED_AVG, ROUNDS, seed=1).state.weights)


def test_what_a_person_uses_depends_on_what_they_have() -> None:
    common = run_rounds(people(), START, FED_VOICE, ROUNDS, seed=1).state.weights
    user = people()[4]
    given = Judged(common, {}, START.frozen, user.teach, LocalTraining(), 1)
    nothing = own_models(replace(given, clips=user.teach.chosen([])))
    assert digest(nothing.remembered) == digest(nothing.untaught) == digest(common)
    one = own_models(replace(given, clips=user.teach.chosen([0])))
    assert digest(one.shipped) == digest(one.untaught) != digest(common)
    assert "memory/pull" in one.remembered
    six = own_models(given)
    assert digest(six.shipped) == digest(six.untaught) or "memory/pull" in six.shipped
    assert {"memory/pull", "voice/kernel"} < set(six.remembered)


def test_everybody_is_the_newcomer_in_turn_and_a_stopped_study_goes_on(tmp_path: Path) -> None:
    everybody, plan = people(2, 6), Plan((0, 1, 2), (1,), ROUNDS)
    told: list[Progress] = []
    trials: list[Trial] = []
    with pytest.raises(KeyboardInterrupt):
        for trial in run_study([everybody], START, plan, tmp_path, told.append):
            trials.append(trial)
            if len(trials) == 3:
                raise KeyboardInterrupt
    lines = (tmp_path / "trials.jsonl").read_text()
    (tmp_path / "trials.jsonl").write_text(lines + '{"user": "half')
    again = list(run_study([everybody], START, plan, tmp_path, told.append))
    assert again[:3] == trials
    assert [(trial.user, trial.clips) for trial in again] == [
        (name, count) for name in ("made000000", "made000001") for count in (0, 1, 2)
    ]
    assert told[-1].before == 1 and told[-1].seconds_left == 0
    untaught = again[0].figures
    assert set(untaught) == set(TITLES) - set(SHIPPED_WAYS), "with so few clips nothing is trained"
    assert untaught["voice+own*"] == untaught["voice"] and untaught["own*"] == untaught["base"]
    more = list(run_study([everybody], START, replace(plan, trained=(2,)), tmp_path, told.append))
    assert [set(trial.figures) >= set(SHIPPED_WAYS) for trial in more] == [False, False, True] * 2


def trials_of(values: dict[str, tuple[float, float]]) -> list[Trial]:
    """Two seeds a person; `values` are the UAR of the federated model and with own clips."""
    return [
        Trial(
            name,
            0,
            seed,
            10,
            {
                way: {"uar": own if "own" in way else common, "auroc": 0.8, "nll": 0.5, "ece": 0.1, "count": 9}
                for way in TITLES
            },
        )
        for name, (common, own) in values.items()
        for seed in (1, 2)
    ]


def test_the_table_says_how_sure_it_is_and_who_is_worse_off() -> None:
    cells = table(trials_of({"a": (0.6, 0.8), "b": (0.7, 0.9), "c": (0.8, 0.7), "d": (0.5, 0.8)}))
    cell = next(cell for cell in cells if cell.way == "voice+own")
    assert cell.uar == pytest.approx(0.8)
    assert 0.7 <= cell.low < 0.8 < cell.high <= 0.9
    assert (cell.over_federated.worse_off, cell.worst_tenth) == (0.25, pytest.approx(0.7))
    assert cell.over_federated.mean == pytest.approx(0.15)
    text = markdown(cells)
    assert text.count("\n") == len(TITLES) + 1
    assert "| federated, own clips | 0.800 (" in text
    assert len(persons(trials_of({"a": (0.6, 0.8), "b": (0.7, 0.9)}))) == 2 * len(TITLES)
    alike = table(trials_of({"a": (0.6, 0.8), "b": (0.6, 0.8)}))
    assert all(np.isclose(cell.low, cell.high) for cell in alike)


def test_scale_says_what_a_size_takes() -> None:
    found = measure(users=1000, rounds=1, cohort=3, clips=4)
    assert found.client_rounds_a_second == pytest.approx(3 / found.seconds)
    assert matrix_seconds(4, LocalTraining(epochs=2), 1).processor_seconds > 0


def test_scale_runs_each_size_in_a_process_of_its_own(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["scale", "--users", "5", "--rounds", "1", "--cohort", "2", "--clips", "4", "--out", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    assert "times as many" in done.output
    (row,) = json.loads((tmp_path / "scale.json").read_text())["sizes"]
    assert row["users"] == 5
    assert 50 < row["peak_megabytes"] < 3000


@pytest.mark.parametrize(
    ("command", "said"), [(["scale", "--users", "0"], "users takes"), (["newcomers", "--clips", "x"], "clips takes")]
)
def test_numbers_that_are_none_are_refused(command: list[str], said: str, tmp_path: Path, voices: Path) -> None:
    more = ["--voices", str(voices), "--out", str(tmp_path)] if command[0] == "newcomers" else []
    done = CliRunner().invoke(app, [*command, *more])
    assert done.exit_code != 0
    assert said in str(done.exception)
