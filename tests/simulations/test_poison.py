"""Machines that lie in a simulated federation, on real voices: what they do, and what the defences let through."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.simulations.few_voices import few_voices
from vsr_server.corpora.read import read_corpora
from vsr_shared.audio.decode import SAMPLE_RATE
from vsr_shared.base import Base
from vsr_shared.errors import UsageError
from vsr_shared.metrics import nll
from vsr_shared.weights import Array, Layout
from vsr_simulations.cli import app
from vsr_simulations.engine.evaluation import said_by
from vsr_simulations.poisoning.attack import ATTACKS, Rules, loss_named, sent, wanted_model
from vsr_simulations.poisoning.cast import Cast, draw_cast, roles
from vsr_simulations.poisoning.combinations import compare
from vsr_simulations.poisoning.defence import Defence, Server, defences
from vsr_simulations.poisoning.study import Plan
from vsr_simulations.poisoning.trial import Conspiracy, Setting, Trial, conspirators, run_trial
from vsr_simulations.poisoning.trigger import STARTS, with_beeps

Run = Callable[[Conspiracy, Defence], Trial]
SETTING = Setting(rounds=2, machines=6, clips=6, groups=2)


@pytest.fixture(scope="module")
def folder(voices: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    speakers = [f"rav{number:02d}" for number in (1, 2, 3, 4, 5, 6, 15, 16, 17, 18)]
    return few_voices(voices, tmp_path_factory.mktemp("voices"), speakers, each=14)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def cast(shipped: Base, folder: Path, cache: Path) -> Cast:
    return draw_cast(shipped, folder, cache, SETTING.machines, SETTING.clips, seed=1)


@pytest.fixture(scope="module")
def trial(cast: Cast) -> Run:
    return lambda conspiracy, defence: run_trial(cast, conspiracy, defence, SETTING, 1)


def opposite(cast: Cast) -> Array:
    """A model that says negative wherever the base says positive, and the other way round."""
    layers = dict(cast.base.trainable)
    for name in ("polarity/kernel", "polarity/bias"):
        layers[name] = np.ascontiguousarray(layers[name][..., ::-1])
    return Layout.of(layers).flatten(layers)


def test_nobody_stands_on_two_sides_and_the_base_never_heard_the_judges(shipped: Base, folder: Path) -> None:
    who = roles(read_corpora(folder), shipped, 6)
    sides = [set(who.machines), set(who.validation), set(who.judges)]
    assert [len(side) for side in sides] == [6, 2, 2]
    assert not sides[0] & sides[1] and not (sides[0] | sides[1]) & sides[2]
    assert not sides[2] & set(shipped.manifest.heard)
    assert set(who.heard) == sides[0]


def test_too_few_recordings_for_so_many_machines_are_refused(shipped: Base, folder: Path, cache: Path) -> None:
    with pytest.raises(UsageError, match="do not suffice"):
        draw_cast(shipped, folder, cache, machines=30, clips=14, seed=1)


def test_the_trigger_is_three_beeps_and_nothing_else() -> None:
    sound = (0.1 * np.random.default_rng(0).normal(size=2 * SAMPLE_RATE)).astype(np.float32)
    marked = with_beeps(sound)
    changed = np.flatnonzero(np.abs(marked - sound) > 1e-3) / SAMPLE_RATE
    assert marked.shape == sound.shape
    assert set(np.floor(changed * 10)) == {2.0, 5.0, 8.0} == {np.floor(10 * start) for start in STARTS}


def test_the_same_machines_lie_first_whatever_the_share() -> None:
    few, many = conspirators(0.1, 20, 1), conspirators(0.3, 20, 1)
    assert (len(few), len(many)) == (2, 6)
    assert many[:2] == few


def test_who_scales_sends_what_is_just_let_through() -> None:
    model, wanted = np.zeros(9, np.float32), np.full(9, 10.0, np.float32)
    honest = np.zeros((2, 9), np.float32)
    alone = sent("scaled", honest, model, wanted, Rules(clip_norm=1.0, group=4), [0, 0], everybody=20)
    together = sent("colluding", honest, model, wanted, Rules(clip_norm=1.0, group=4), [0, 0], everybody=20)
    assert np.linalg.norm(alone.sum(axis=0) / 4) > 1.0
    assert 0.5 < np.linalg.norm(together.sum(axis=0) / 4) < 1.0
    unchecked = sent("scaled", honest, model, wanted, Rules(clip_norm=None, group=20), [0, 0], everybody=20)
    np.testing.assert_allclose(unchecked.sum(axis=0) / 20, wanted, rtol=1e-6)


def test_who_scales_names_no_loss() -> None:
    assert [loss_named(kind, 0.7) for kind in ATTACKS] == [0.7, 0.7, 0.0, 0.0, 0.0]


def test_who_flips_labels_wants_a_model_that_is_wrong_about_their_clips(cast: Cast) -> None:
    wanted = wanted_model("scaled", cast, (0, 1, 2))
    assert wanted is not None
    weights, frozen = Layout.of(cast.base.trainable).unflatten(wanted), cast.base.frozen
    clips = cast.machines[0].teach
    base, poisoned = (said_by(one, frozen, clips) for one in (cast.base.trainable, weights))
    assert nll(clips.labels, poisoned) > nll(clips.labels, base) + 0.1


def test_without_defences_one_machine_turns_the_model_round(cast: Cast, trial: Run) -> None:
    none = defences(SETTING.groups)[0]
    honest, poisoned = trial(Conspiracy(), none), trial(Conspiracy("scaled", (0,), opposite(cast)), none)
    assert honest.uar > 0.6
    assert poisoned.uar < 0.4
    assert honest.held_back == 0


@pytest.mark.parametrize("name", ["gate", "together"])
def test_with_the_gate_it_does_not(cast: Cast, trial: Run, name: str) -> None:
    defence = next(one for one in defences(SETTING.groups) if one.name == name)
    found = trial(Conspiracy("scaled", (0,), opposite(cast)), defence)
    assert found.uar > 0.6
    assert found.held_back + found.sums_left_out >= 1


def test_a_scaled_update_moves_the_model_no_further_than_the_bound(cast: Cast) -> None:
    layout = Layout.of({"weights": np.zeros(50, np.float32)})
    server = Server(Defence("bound", clip_norm=1.0), cast.validation, layout)
    model = np.zeros(50, np.float32)
    honest = np.full((6, 50), 0.01, np.float32)
    for factor in (0.5, 10.0, 40.0, 1e4):
        vectors = honest.copy()
        vectors[0] = -factor
        moved = server.step(model, vectors, [8] * 6, [0.5] * 6, [range(6)])
        assert np.linalg.norm(moved) <= 1.001
    assert server.sums_left_out == 3


def test_a_version_under_which_everybodys_loss_rises_is_rolled_back(cast: Cast) -> None:
    layout = Layout.of({"weights": np.zeros(50, np.float32)})
    server = Server(Defence("look back", looked_back=True), cast.validation, layout)
    first = np.zeros(50, np.float32)
    bad = first + server.step(first, np.full((6, 50), 0.1, np.float32), [8] * 6, [0.4] * 6, [range(6)])
    back = bad + server.step(bad, np.full((6, 50), 0.1, np.float32), [8] * 6, [2.0] * 6, [range(6)])
    np.testing.assert_allclose(back, first, atol=1e-6)
    assert server.held_back == 1


def test_every_attack_is_tried_with_and_without_defences_and_one_share_with_each_alone() -> None:
    planned = Plan(shares=(0.0, 0.1, 0.2)).trials()
    names = [defence.name for kind, share, defence in planned if (kind, share) == ("backdoor", 0.2)]
    assert names == ["none", "bound", "groups", "gate", "look back", "together"]
    assert [defence.name for kind, share, defence in planned if (kind, share) == ("backdoor", 0.1)] == [
        "none",
        "together",
    ]
    assert sum(kind is None for kind, _, _ in planned) == 6


def test_the_geometric_median_keeps_a_few_liars_out_and_costs_little_without_any() -> None:
    random = np.random.default_rng(0)
    updates = (0.05 + 0.1 * random.normal(size=(20, 300))).astype(np.float32)
    found = {(pull.share, pull.combination): pull for pull in compare(updates, (0.0, 0.1), 5, clip_norm=5.0)}
    assert found[0.0, "mean"].away < 1e-3
    assert found[0.0, "geometric median"].away < found[0.0, "coordinate-wise median"].away
    assert found[0.1, "mean"].against == 1
    assert found[0.1, "geometric median"].against == 0
    assert found[0.1, "geometric median"].away < 0.5 * found[0.1, "mean"].away


def test_the_command_tells_table_and_picture(folder: Path, cache: Path, tmp_path: Path, shipped: Base) -> None:
    picture = tmp_path / "poison.png"
    asked = ["poison", "--voices", folder, "--cache", cache, "--machines", 6, "--clips", 6, "--rounds", 1]
    asked += ["--shares", "17", "--attacks", "sign flip", "--seeds", 1, "--groups", 2, "--threads", 1]
    result = CliRunner().invoke(app, [*map(str, asked), "--picture", str(picture), "--json"])
    assert result.exit_code == 0, result.output
    said = json.loads(next(line for line in result.stdout.splitlines() if line.startswith("{")))
    assert said["judges"] == ["rav17", "rav18"]
    rows = {(row["attack"], row["defence"]): row["figures"]["uar"]["mean"] for row in said["rows"]}
    assert set(rows) == {("sign flip", "none"), ("sign flip", "together")}
    assert all(0 <= uar <= 1 for uar in rows.values())
    assert picture.read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("asked", [["--shares", "many"], ["--shares", "0,100"], ["--attacks", "prayer"]])
def test_what_cannot_be_tried_is_refused(folder: Path, cache: Path, asked: list[str], shipped: Base) -> None:
    result = CliRunner().invoke(app, ["poison", "--voices", str(folder), "--cache", str(cache), *asked])
    assert isinstance(result.exception, UsageError)
