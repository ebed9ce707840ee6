"""Methods are what published code makes of them: PFLlib's clients ran the same small problem (`run_pfllib`)."""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.simulations.made_people import START
from tests.simulations.published.problem import ETA, KAPPA, LAST, MU, PEOPLE, RATE, ROUNDS, log_odds, moved, trainable
from vsr_shared.learning.adam import Moments
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.weights import Array
from vsr_simulations.engine.method import Judged, Method
from vsr_simulations.engine.rounds import RoundReport, RoundSettings, run_rounds
from vsr_simulations.methods.ditto import ditto
from vsr_simulations.methods.fed_ala import fed_ala
from vsr_simulations.methods.fed_avg import FED_AVG
from vsr_simulations.methods.fed_dbe import fed_dbe
from vsr_simulations.methods.fed_per import fed_per
from vsr_simulations.methods.fed_rep import fed_rep

PUBLISHED = json.loads((Path(__file__).parent / "pfllib.json").read_text())
LOCAL = LocalTraining(epochs=1, learning_rate=RATE, batch_size=8)


def plain_step(
    weights: dict[str, Array],
    gradient: dict[str, Array],
    moments: Moments,
    learning_rate: float,
    active: npt.NDArray[np.bool_],
) -> None:
    """Gradient descent, which the published clients have where a person's machine has Adam."""
    for name, slope in gradient.items():
        weights[name] -= np.float32(learning_rate) * slope


@pytest.mark.parametrize(
    ("published", "method"),
    [
        ("AVG", FED_AVG),
        ("Per", fed_per(LAST)),
        ("Rep", fed_rep(LAST)),
        ("Ditto", ditto(MU)),
        ("ALA", fed_ala(LAST, rate=ETA, share=1)),
        ("DBE", fed_dbe(KAPPA)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_method_comes_to_what_published_code_came_to(
    published: str, method: Method, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("vsr_shared.learning.local_training", "vsr_simulations.methods.fed_dbe"):
        monkeypatch.setattr(f"{module}.adam_step", plain_step)
    expected, reports = PUBLISHED[published], list[RoundReport]()
    settings = RoundSettings(ROUNDS, 3, LOCAL, threads=1)
    outcome = run_rounds(PEOPLE, START, method, settings, seed=1, on_round=reports.append)
    for report, round_of_theirs in zip(reports, expected["rounds"], strict=True):
        common = trainable(report.state.weights)
        np.testing.assert_allclose(log_odds(common), round_of_theirs["log_odds"], atol=1e-3)
        for name, far in moved(common).items():
            assert far == pytest.approx(round_of_theirs["moved"][name], rel=2e-3, abs=1e-5), name
    common = {**START.weights, **outcome.state.weights}
    for member, theirs in enumerate(expected["own"]):
        own = outcome.own.get(member, ROUNDS) or {}
        given = Judged(common, own, START.frozen, PEOPLE[member].teach, LOCAL, 0)
        np.testing.assert_allclose(log_odds(method.judge(given)), theirs, atol=1e-3)
        # What is one's own by itself, however little it is.
        apart = np.array(theirs) - expected["rounds"][-1]["log_odds"]
        np.testing.assert_allclose(log_odds(method.judge(given)) - log_odds(trainable(common)), apart, atol=2e-4)
