"""Methods side by side: run on, judged by person, and written down so that people and programs can read it."""

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.simulations.made_people import START, people
from vsr_shared.learning.local_training import LocalTraining
from vsr_simulations.compare.baselines import BASELINES, features, learnt, linear
from vsr_simulations.compare.circumstances import Circumstances
from vsr_simulations.compare.costs import NOTHING, traffic
from vsr_simulations.compare.report import write
from vsr_simulations.compare.study import Piece, Plan, compare, planned
from vsr_simulations.compare.table import persons, rows, stops
from vsr_simulations.compare.words import markdown
from vsr_simulations.engine.heard import HeardClips
from vsr_simulations.engine.rounds import RoundSettings
from vsr_simulations.engine.time_left import Progress
from vsr_simulations.methods.alone import BASE_ALONE, LOCAL_ONLY
from vsr_simulations.methods.fed_avg import FED_AVG, REMEMBERED
from vsr_simulations.methods.fed_per import fed_per
from vsr_simulations.reports.intervals import gain, interval, worst_tenth
from vsr_simulations.reports.time_budget import TimeIsUp, within
from vsr_simulations.reports.time_spent import Stopwatch

ROUNDS = RoundSettings(2, 3, LocalTraining(epochs=1, batch_size=4), threads=1)
PLAN = Plan((0, 2, 6), (1,), ROUNDS, LocalTraining(epochs=1), watched=(1,), watched_clips=6)
CONTESTANTS = (BASELINES[0], BASELINES[1], BASE_ALONE, LOCAL_ONLY, FED_AVG, fed_per(), REMEMBERED)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("compare")


@pytest.fixture(scope="module")
def pieces(folder: Path) -> list[Piece]:
    """Run in two goes: the second reads what the first did."""
    told: list[Progress] = []
    with pytest.raises(TimeIsUp):
        list(compare([people(3, 12)], START, PLAN, folder, within(0, told.append), CONTESTANTS))
    assert (told[-1].done, told[-1].before) == (1, 0)
    found = list(compare([people(3, 12)], START, PLAN, folder, within(None, told.append), CONTESTANTS))
    assert (told[-1].done, told[-1].before) == (len(found), 1)
    assert len(found) == len(planned(PLAN, 1, CONTESTANTS)) == 2 + 2 * len(CONTESTANTS)
    return found


def test_every_method_is_judged_by_the_same_people_and_against_the_common_model(pieces: list[Piece]) -> None:
    found = rows(pieces)
    assert [(row.method, row.clips) for row in found][:2] == [("majority", 0), ("base alone", 0)]
    assert {row.people for row in found} == {3}
    by_name = {row.method: row for row in found if row.clips == 6}
    assert by_name["fedavg"].over_common is None and by_name["local only"].over_local is None
    over = by_name["fedavg, remembered"].over_common
    assert over is not None
    assert over.mean == pytest.approx(by_name["fedavg, remembered"].uar - by_name["fedavg"].uar)
    assert by_name["majority"].uar == 0.5
    assert all(row.low <= row.uar <= row.high for row in found)
    assert markdown(found).count("\n") == len(found) + 1
    assert len(persons(pieces)) == 3 * len(found)
    assert by_name["fedavg"].round_seconds > 0 == by_name["base alone"].round_seconds


def test_the_way_over_the_rounds_is_judged_where_it_is_watched(pieces: list[Piece]) -> None:
    way = [(stop.method, stop.rounds) for stop in stops(pieces)]
    assert ("fedavg", 1) in way and ("fedavg", 2) in way and ("base alone", 2) not in way
    assert {stop.clips for stop in stops(pieces)} == {6}


def test_bytes_are_those_of_a_real_secure_sum(pieces: list[Piece]) -> None:
    whole, body = traffic(FED_AVG, START, 3), traffic(fed_per(), START, 3)
    assert whole.numbers == 774_914 and body.numbers == 282_624
    assert whole.bytes_up > 4 * whole.numbers < whole.bytes_down
    assert body.bytes_up < whole.bytes_up / 2
    assert traffic(BASE_ALONE, START, 3) == NOTHING


def test_the_page_needs_nothing_and_says_what_it_is_of(pieces: list[Piece], folder: Path) -> None:
    travels = {"fedavg": traffic(FED_AVG, START, 3)}
    given = Circumstances("made@0123", ("made<b>",), PLAN, "a machine", 1.0, 0.5, len(pieces), len(pieces) + 1)
    page = write(folder, pieces, rows(pieces, travels), given).read_text()
    assert "default-src &#x27;none&#x27;" in page
    assert not re.search(r"<script|https?://|@import|url\(", page.split("<style>")[0] + page.split("</style>", 1)[1])
    assert "made<b>" not in page and "made&lt;b&gt;" in page
    assert page.count("<caption>") == page.count("<table>") == 7
    assert page.count("<img") == page.count("alt=") == page.count("<figcaption>") >= 4
    assert "were run before the time was up" in page
    said = json.loads((folder / "table.json").read_text())
    assert len(said["people"]) == len(persons(pieces)) and said["planned"] == len(pieces) + 1
    with (folder / "methods.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert lines[-1]["method"] == "fedavg, remembered" and lines[-1]["over_common_mean"]


def test_a_gain_is_paired_by_person_and_trial() -> None:
    way = {"a": {1: 0.8, 2: 0.6}, "b": {1: 0.5}, "c": {1: 0.9}}
    other = {"a": {1: 0.7, 2: 0.7, 3: 0.1}, "b": {1: 0.6}}
    found = gain(way, other)
    assert found is not None
    assert (found.mean, found.worse_off) == (pytest.approx(-0.05), 0.5)
    assert gain(way, {}) is None
    assert interval([[0.5, 0.5], [0.5]]) == (0.5, 0.5)
    assert worst_tenth(np.arange(20) / 20) == pytest.approx(0.025)


def test_features_are_learnt_where_there_is_enough_to_learn_from() -> None:
    user = people(1, 12)[0]
    assert features(user.teach).shape == (12, 40)
    few = user.teach.chosen(np.flatnonzero(user.teach.labels == 1)[:2])
    np.testing.assert_allclose(learnt(linear, [few])(user.held_out), 3 / 4)
    # Statistics that say the label outright are learnt.
    told = np.where(user.teach.labels == 1, 5.0, -5.0)[user.teach.owner][:, None].astype(np.float32)
    clear: HeardClips = replace(user.teach, statistics=user.teach.statistics * 0.1 + told)
    assert ((learnt(linear, [clear])(clear) > 0.5) == (clear.labels == 1)).all()


def test_what_a_study_took_is_summed_over_its_runs(tmp_path: Path) -> None:
    first = Stopwatch().add_to(tmp_path)
    (tmp_path / "spent.json").write_text('{"minutes": 7.0, "processor_minutes": 3.0}')
    again = Stopwatch().add_to(tmp_path)
    assert 0 <= first.minutes < 1
    assert 7 <= again.minutes < 8 and 3 <= again.processor_minutes < 4
