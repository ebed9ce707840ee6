"""The second engine: the same people, method and server by Flower's messages, and by its runtime on Ray."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from flwr.app import RecordDict

from tests.simulations.made_people import START, people
from tests.simulations.test_engine import close
from vsr_shared.errors import UsageError, VsrError
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.weights import digest
from vsr_simulations.engine.own_state import OwnState
from vsr_simulations.engine.people_training import Asked, Machines, shared_part
from vsr_simulations.engine.round_updates import RoundUpdates
from vsr_simulations.engine.rounds import RoundSettings, run_rounds
from vsr_simulations.engine.time_left import Progress
from vsr_simulations.flower_engine.adapter import answer, question, to_record, updates_of
from vsr_simulations.flower_engine.plan import Plan, read_plan, write_plan
from vsr_simulations.flower_engine.runtime import check_ray, run_on_flower

SETTINGS = RoundSettings(2, 3, LocalTraining(epochs=2, learning_rate=1e-3, batch_size=4), threads=1)
MADE = {"kind": "generated", "seed": 3, "count": 5, "clips": 6, "positions": (1, 2)}


def plan(method: str = "fedper") -> Plan:
    return Plan(MADE, method, SETTINGS, seed=1)


def test_rounds_by_messages_have_the_first_engines_numbers(tmp_path: Path) -> None:
    write_plan(tmp_path, plan(), START)
    read, start = read_plan(tmp_path)
    assert (digest(start.weights), read.population(start).name) == (digest(START.weights), people().name)
    machines = read.machines(start, tmp_path)
    base = {**start.weights, **machines.method.beside}

    def train(asked: Asked) -> RoundUpdates:
        model = to_record(shared_part(asked.common, machines.method))
        questions = [question(asked, int(member), model) for member in asked.members]
        answers = [answer(one, machines, read.population(start), base) for one in reversed(questions)]
        return updates_of(asked, machines, answers)

    method = read.chosen_method()
    keep = tmp_path / "rounds"
    theirs = run_rounds(people(), start, method, SETTINGS, seed=1, keep=keep, train=train)
    ours = run_rounds(people(), START, method, SETTINGS, seed=1)
    close(theirs.state.weights, ours.state.weights)
    for member in range(5):
        kept, expected = theirs.own.get(member, 2), ours.own.get(member, 2)
        assert (kept is None) == (expected is None)
        close(kept or {}, expected or {})


def test_a_round_without_everybodys_answer_is_none() -> None:
    machines = Machines(START.frozen, plan().chosen_method(), SETTINGS.local, 1, OwnState(None))
    asked = Asked(1, np.array([0, 2], np.intp), START.weights)
    model = to_record(shared_part(asked.common, machines.method))
    one = answer(question(asked, 2, model), machines, people(), START.weights)
    with pytest.raises(VsrError, match="no answer of 1 people, 0 the first"):
        updates_of(asked, machines, [one])
    with pytest.raises(VsrError, match="no number"):
        updates_of(asked, machines, [RecordDict({"terms": to_terms()})])


def to_terms() -> object:
    from flwr.app import ConfigRecord

    return ConfigRecord({"round": 1, "member": "two"})


def test_a_plan_that_cannot_be_run_says_why() -> None:
    with pytest.raises(UsageError, match="no method base alone has rounds"):
        plan("base alone").chosen_method()
    with pytest.raises(UsageError, match="generated or recorded"):
        replace(plan(), people={"kind": "heard"}).population(START)


def test_without_ray_the_engine_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vsr_simulations.flower_engine.runtime.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="pip install ray=="):
        check_ray()


@pytest.mark.long
@pytest.mark.skipif(not find_spec("ray"), reason="ray is not installed")
def test_flowers_runtime_on_ray_has_the_first_engines_numbers_and_goes_on(tmp_path: Path) -> None:
    told: list[Progress] = []
    one_round = replace(plan("fedper"), settings=replace(SETTINGS, rounds=1))
    assert run_on_flower(tmp_path, one_round, START, told.append).client_rounds == 3
    theirs = run_on_flower(tmp_path, plan("fedper"), START, told.append)
    assert theirs.client_rounds == 3
    assert (told[-1].done, told[-1].before) == (2, 1)
    ours = run_rounds(people(), START, plan("fedper").chosen_method(), SETTINGS, seed=1)
    close(theirs.state.weights, ours.state.weights)
    with pytest.raises(VsrError, match="failed"):
        run_on_flower(tmp_path, replace(plan("fedper"), seed=2), START, told.append)
