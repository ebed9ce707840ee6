"""`vsr-simulate personal`: who teaches what, what is compared, and who may be tested at all."""

import csv
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vsr_client.teaching import PERSONAL_TRAINING
from vsr_server.corpora.clip import Clip
from vsr_shared.audio.decode import decode_blocks
from vsr_shared.base import Base, write_base
from vsr_shared.emotions import Emotion
from vsr_shared.errors import UsageError
from vsr_shared.metrics import Scores, scores
from vsr_shared.prediction import Predictor
from vsr_simulations.personal.draws import both_ways, draw_clips
from vsr_simulations.personal.outcome import summarise
from vsr_simulations.personal.report import closing_line, draw_before_after, people_table, ways_table
from vsr_simulations.personal.study import Plan, Trial, hear_all, heard_by, people, run_trials
from vsr_simulations.personal.ways import BASE, FEATURES, PERSONAL, TITLES, UNGATED, untrained_head
from vsr_simulations.population import User, generated_users

QUICK = replace(PERSONAL_TRAINING, epochs=2)


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> tuple[User, ...]:
    return generated_users(seed=3, count=2, clips=16, folder=tmp_path_factory.mktemp("voices"))


def someone(positive: int, negative: int) -> User:
    emotions = [Emotion.HAPPY] * positive + [Emotion.SAD] * negative
    clips = tuple(Clip(Path(f"{i}.wav"), "made-up", "ann", "female", e) for i, e in enumerate(emotions))
    return User("ann", clips, clips[:1])


def test_a_draw_has_half_of_each_polarity_and_is_the_same_every_time() -> None:
    user = someone(14, 16)
    draws = draw_clips(user, 10, 3)
    assert all(sum(user.teach[place].positive for place in draw) == 5 for draw in draws)
    assert len({tuple(draw) for draw in draws}) == 3
    assert all(np.array_equal(one, other) for one, other in zip(draws, draw_clips(user, 10, 3), strict=True))


@pytest.mark.parametrize(("positive", "negative", "wanted"), [(14, 16, 14), (4, 26, 4), (26, 4, 16)])
def test_where_a_polarity_is_rare_the_other_fills_up(positive: int, negative: int, wanted: int) -> None:
    user = someone(positive, negative)
    count = 30 if wanted == 14 else 20
    (draw, *_) = draw_clips(user, count, 2)
    assert len(set(draw)) == count
    assert sum(user.teach[place].positive for place in draw) == wanted


def test_everything_is_drawn_once_and_more_than_there_is_never() -> None:
    assert len(draw_clips(someone(14, 16), 30, 3)) == 1
    with pytest.raises(UsageError, match="ann has 30 clips to teach with, not 31"):
        draw_clips(someone(14, 16), 31, 3)


def test_the_other_way_round_teaches_what_was_judged(users: tuple[User, ...]) -> None:
    one, other = both_ways(users[0])
    assert (other.teach, other.held_out) == (one.held_out, one.teach)


def test_whom_the_base_heard_is_refused_or_marked(shipped: Base) -> None:
    clip = replace(someone(1, 0).teach[0], speaker="rav01")
    heard = User("rav01", (clip,), (clip,))
    with pytest.raises(UsageError, match=r"rav01.*--mark-heard"):
        heard_by(shipped, [heard], mark_heard=False)
    assert "not a test" in heard_by(shipped, [heard], mark_heard=True)["rav01"]
    assert heard_by(shipped, [someone(1, 1)], mark_heard=False) == {}


def test_only_people_the_base_never_heard_are_taken_by_themselves(voices: Path, shipped: Base) -> None:
    found = {user.name for user in people(voices, shipped, ())}
    assert found
    assert not found & set(shipped.manifest.heard)


def test_trials_of_generated_voices(shipped: Base, users: tuple[User, ...], tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    heard = hear_all(shipped, users, lambda *what: told.append(what))
    assert told[-1] == ("clips heard", 64, 64)
    trials = list(run_trials(shipped, users, heard, Plan((8,), 2, QUICK), lambda *what: told.append(what)))
    assert told[-1] == ("trials", 8, 8)
    assert {(trial.user, trial.way_round, trial.draw) for trial in trials} == {
        (user.name, way, draw) for user in users for way in (0, 1) for draw in (0, 1)
    }
    for trial in trials:
        assert set(trial.scores) == set(TITLES)
        assert trial.scores[PERSONAL] == trial.scores[UNGATED if trial.kept else BASE]
        assert all(found.count == 16 for found in trial.scores.values())
    _base_is_judged_as_a_prediction_is(shipped, users[0], trials)
    _the_report_says_it_all(trials, tmp_path / "picture.png")


def _base_is_judged_as_a_prediction_is(base: Base, user: User, trials: list[Trial]) -> None:
    predictor = Predictor(base)
    said = np.array([predictor.predict(decode_blocks(clip.path)).positive for clip in user.held_out])
    found = next(trial for trial in trials if trial.user == user.name and trial.way_round == 0).scores[BASE]
    assert found.nll == pytest.approx(scores(np.array([clip.positive for clip in user.held_out]), said).nll, abs=1e-3)


def _the_report_says_it_all(trials: list[Trial], picture: Path) -> None:
    (summary,) = summarise(trials)
    assert people_table(summary, {"voice00000": "heard"}).row_count == 3
    assert ways_table(summary).row_count == len(TITLES)
    draw_before_after([summary], {}, picture)
    assert picture.read_bytes().startswith(b"\x89PNG")


def trial(user: str, before: float, after: float, way_round: int = 0, draw: int = 0) -> Trial:
    def figures(uar: float) -> Scores:
        return Scores(uar, uar, 0.5, 0.1, 10)

    ways = {way: figures(after if way in {PERSONAL, UNGATED} else before) for way in TITLES}
    return Trial(user, 10, way_round, draw, after != before, ways)


def test_who_is_worse_off_is_counted_by_draw_and_by_person() -> None:
    trials = [trial("ann", 0.7, 0.9), trial("ann", 0.7, 0.6, draw=1), trial("bob", 0.8, 0.7), trial("cy", 0.8, 0.8)]
    (summary,) = summarise(trials)
    assert summary.worse_draws == 0.5
    assert summary.worse_users == 1
    assert summary.kept == 0.75
    assert summary.means[PERSONAL]["uar"] == pytest.approx((0.75 + 0.7 + 0.8) / 3)
    assert summary.worst_tenth[PERSONAL] == pytest.approx(0.7)
    assert "1 of 3 people are worse off" in closing_line(summary)


def test_both_ways_round_count_the_same_however_many_draws_they_have() -> None:
    trials = [trial("ann", 0.5, 0.6), trial("ann", 0.5, 0.8, draw=1), trial("ann", 0.5, 1.0, way_round=1)]
    (summary,) = summarise(trials)
    assert summary.rows[0].figures[PERSONAL]["uar"] == pytest.approx(0.85)


def test_what_cannot_be_said_is_null_in_json() -> None:
    (summary,) = summarise([trial("ann", float("nan"), float("nan"))])
    assert '"uar": null' in json.dumps(summary.to_dict(), allow_nan=False)


def test_an_untrained_head_is_new_and_the_same_for_a_seed(shipped: Base) -> None:
    one, other = untrained_head(shipped.trainable, 1), untrained_head(shipped.trainable, 1)
    assert one.keys() == shipped.trainable.keys()
    np.testing.assert_array_equal(one["hidden/kernel"], other["hidden/kernel"])
    assert not np.allclose(one["hidden/kernel"], shipped.trainable["hidden/kernel"])
    np.testing.assert_array_equal(one["bn/gamma"], shipped.trainable["bn/gamma"])


def simulate(*arguments: object) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("vsr-simulate")
    return subprocess.run([program, "personal", *map(str, arguments)], capture_output=True, text=True, check=False)


def test_the_command(shipped: Base, users: tuple[User, ...], tmp_path: Path) -> None:
    folder = users[0].teach[0].path.parents[1]
    with (folder / "MANIFEST.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "corpus", "speaker", "gender", "emotion", "sentence"])
        for clip in (*users[0].teach, *users[0].held_out):
            rows.writerow(
                [clip.path.relative_to(folder), "made-up", clip.speaker, clip.gender, clip.emotion, clip.sentence]
            )
    base, picture = tmp_path / "base.vsr", tmp_path / "picture.png"
    base.write_bytes(write_base(shipped))
    done = simulate("--voices", folder, "--base", base, "--clips", 8, "--seeds", 1, "--json", "--picture", picture)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["base"] == shipped.id
    assert [summary["clips"] for summary in found["tested"]] == [8]
    assert found["tested"][0]["means"][FEATURES]["uar"] is not None
    assert found["not_a_test"] == []
    assert picture.exists()
    few = simulate("--voices", folder, "--base", base, "--clips", 4)
    assert few.returncode == 2
    assert "three of each polarity" in few.stderr
