"""The same rounds by VSR and by others: the task is one that is learnt, and who is not there is told how to be."""

import sys
from pathlib import Path

import pytest

from vsr_shared.base import Base
from vsr_shared.learning.local_training import LocalTraining
from vsr_simulations.speed.contestants import RIVALS, Contestant
from vsr_simulations.speed.task import Task, loss_of
from vsr_simulations.speed.turns import Figure, measure, table


def test_ours_learns_the_task_and_the_arithmetic_alone_stands_beside_it(tmp_path: Path, shipped: Base) -> None:
    task = Task("head", 2, 4, 2, 1, LocalTraining(epochs=2))
    told: list[str] = []
    ours, limit = measure(tmp_path, task, shipped, [], 1, told.append)
    assert len(told) == 1 and ours.name == "ours" and limit.name == "matrix_limit"
    assert ours.loss is not None and ours.loss < loss_of(task, shipped, {})
    assert limit.times_ours == pytest.approx(ours.client_rounds_a_second / limit.client_rounds_a_second)


def test_ratios_are_the_middle_one_of_the_turns() -> None:
    one = Figure("both", "pytorch_loop", "PyTorch", 2.0, ((1.0,), (2.0,)), 3.5, 3.0, 4.0, 500, 5, 4, 6, 1, 0.25)
    row = "| tail and head | PyTorch | 2.00 | 3.50 (3.00-4.00) | 500.0 | 5.00 (4.00-6.00) | 0.500 to 0.250 |"
    assert row in table([one], {"both": 0.5})


def test_who_is_not_installed_says_how_to_get_it() -> None:
    absent = Contestant("x", "X", ("no_such_package",), "pip install x there", RIVALS[0].run)
    assert "lacks 'no_such_package'; pip install x there" in absent.missing(Path(sys.executable))
    assert "does not run" in absent.missing(Path("/bin/false"))
    assert not Contestant("x", "X", ("numpy",), "", RIVALS[0].run).missing(Path(sys.executable))
