"""People who each have a microphone of their own; the domain shift by kind of microphone, on again after a stop."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from tests.simulations.made_people import START, people
from vsr_server.corpora.manifest import read_manifest
from vsr_server.microphones.catalogue import KINDS, MICROPHONES, STUDIO
from vsr_shared.base import Base
from vsr_shared.errors import UsageError
from vsr_shared.learning.local_training import LocalTraining
from vsr_simulations.cli import app
from vsr_simulations.engine.heard import Population
from vsr_simulations.engine.kept_activations import kept_activations
from vsr_simulations.engine.rounds import RoundSettings
from vsr_simulations.engine.time_left import Progress
from vsr_simulations.microphones.examples import example_voice, write_examples
from vsr_simulations.microphones.pictures import shift_picture
from vsr_simulations.microphones.study import Plan, Trial, run_study
from vsr_simulations.microphones.table import EVERYDAY, markdown, table
from vsr_simulations.microphones.ways import ALONE, BASE, BOTH, FEDERATED, TAUGHT, TITLES, VOICE
from vsr_simulations.population import generated_users
from vsr_simulations.populations.devices import Devices
from vsr_simulations.populations.generated_voices import generated_population
from vsr_simulations.populations.recorded import recorded_population

ROUNDS = RoundSettings(2, 3, LocalTraining(epochs=1, batch_size=4), threads=1)


def test_everybody_has_a_microphone_of_their_own_the_same_every_time() -> None:
    devices = Devices(1)
    names = [f"p{number}" for number in range(200)]
    owned = [devices.of(name) for name in names]
    assert owned == [Devices(1).of(name) for name in names]
    assert {one.name for one in owned} == {kind.name for kind in KINDS}
    assert owned != [Devices(2).of(name) for name in names]
    laptops = Devices(1, ("laptop",))
    assert all(laptops.of(name) == one for name, one in zip(names, owned, strict=True) if one.name == "laptop")
    with pytest.raises(UsageError, match="no microphone is called gramophone; there are studio"):
        Devices(1, ("gramophone",))


def test_what_is_kept_of_one_microphone_is_not_another_ones(shipped: Base, tmp_path: Path) -> None:
    clips = generated_users(3, 1, 8, tmp_path / "voices")[0].teach[:2]
    owned = [None, Devices(1, ("studio",)), Devices(1, ("phone call",)), Devices(2, ("phone call",))]
    heard = []
    for devices in (*owned, owned[2]):
        microphones = devices and devices.for_clips(clips)
        kept, keys = kept_activations(shipped, clips, tmp_path / "kept", microphones=microphones)
        heard.append(kept.of(keys, [clip.positive for clip in clips]).activations)
    plain, studio, phone, other_phone, again = heard
    np.testing.assert_array_equal(plain, studio)
    np.testing.assert_array_equal(phone, again)
    assert np.abs(plain - phone).max() > 0.1 and np.abs(phone - other_phone).max() > 0.1
    assert len(kept.rows) == 3 * len(clips)


def test_a_population_is_heard_by_its_own_devices(shipped: Base, tmp_path: Path) -> None:
    devices = Devices(1, ("phone call",))
    own = generated_population(shipped, 3, 1, 8, tmp_path / "voices", tmp_path / "kept", devices=devices)
    clip = own.users[0].held_out[0]
    kept, keys = kept_activations(
        shipped, [clip], tmp_path / "kept", pytest.fail, microphones=[devices.of("voice00000")]
    )
    np.testing.assert_array_equal(own[0].held_out.chosen([0]).activations, kept.of(keys, [0]).activations)


def test_whom_the_base_heard_nobody_gives_a_microphone(voices: Path, shipped: Base, tmp_path: Path) -> None:
    heard = next(clip.speaker for clip in read_manifest(voices) if clip.speaker in shipped.manifest.heard)
    with pytest.raises(UsageError, match="trained or validated on"):
        recorded_population(shipped, voices, tmp_path, speakers=[heard], devices=Devices(1))


def made_with(turn: int, devices: Devices) -> Population:
    """People whose activations differ by what they are heard with."""
    return people(2, 6, seed=3 + turn + 10 * len(devices.kinds[0]))


def test_everybody_comes_with_each_microphone_and_a_stopped_study_goes_on(tmp_path: Path) -> None:
    plan = Plan(("studio", "laptop"), (0, 2), (1,), (0,), ROUNDS)
    told: list[Progress] = []
    trials: list[Trial] = []
    with pytest.raises(KeyboardInterrupt):
        for trial in run_study(made_with, START, plan, tmp_path, told.append):
            trials.append(trial)
            if len(trials) == 4:
                raise KeyboardInterrupt
    again = list(run_study(made_with, START, plan, tmp_path, told.append))
    assert again[:4] == trials
    assert [(trial.user, trial.kind, trial.clips) for trial in again] == [
        (name, kind, count)
        for count in (0, 2)
        for kind in ("studio", "laptop")
        for name in ("made000000", "made000001")
    ]
    assert told[-1].before == 2 and told[-1].seconds_left == 0
    assert set(again[0].figures) == {BASE, FEDERATED}
    assert set(again[4].figures) == set(TITLES)
    assert again[0].figures[BASE] == again[4].figures[BASE]


def trial(user: str, kind: str, clips: int, **uar: float) -> Trial:
    """A trial with these UAR by way."""
    return Trial(
        user, kind, 0, 1, clips, {way: {"uar": x, "auroc": 0.8, "nll": 0.5, "ece": 0.1} for way, x in uar.items()}
    )


def test_the_table_holds_the_laboratory_against_everyday_and_says_who_loses(tmp_path: Path) -> None:
    trials = [
        trial(user, kind, clips, **({"base": base, "federated": 0.7} | (own if clips else {})))
        for user, shift in (("a", 0.0), ("b", 0.1))
        for kind, base in (("studio", 0.8 - shift), ("laptop", 0.6 - shift), ("phone call", 0.5 - shift))
        for clips in (0, 10)
        for own in ({ALONE: 0.5, TAUGHT: 0.55, BOTH: 0.75, VOICE: 0.76},)
    ]
    cells = {(cell.kind, cell.way, cell.clips): cell for cell in table(trials)}
    assert cells["laptop", BASE, 0].uar == pytest.approx(0.55)
    everyday = cells[EVERYDAY, BASE, 0]
    assert (everyday.uar, everyday.people, everyday.worst_tenth) == (pytest.approx(0.5), 2, pytest.approx(0.45))
    assert everyday.low <= everyday.uar <= everyday.high
    assert cells["laptop", TAUGHT, 10].worse_off == 0.5
    assert cells["studio", TAUGHT, 10].worse_off == 1
    assert cells["laptop", BASE, 0].worse_off is None
    text = markdown(tuple(cells.values()))
    assert f"| {EVERYDAY} | 0.500 (" in text and "taught, as it ships, 10" in text
    assert json.loads(json.dumps([cell.__dict__ for cell in cells.values()]))
    shift_picture(tuple(cells.values())).savefig(tmp_path / "shift.png")


def test_every_kind_of_microphone_has_a_sound_of_nobodys_voice(tmp_path: Path) -> None:
    voice = example_voice()
    written = write_examples(tmp_path / "sounds", voice)
    assert [path.stem for path in written] == [one.name.replace(" ", "-") for one in MICROPHONES]
    sounds = [soundfile.read(path)[0] for path in written]
    assert {len(sound) for sound in sounds} == {len(voice)}
    np.testing.assert_allclose(sounds[MICROPHONES.index(STUDIO)], voice, atol=1e-4)
    for index, sound in enumerate(sounds[1:], 1):
        assert np.abs(sound - sounds[index - 1]).max() > 0.01


def test_a_kind_that_is_not_there_is_refused(voices: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app,
        [
            "microphones",
            "--voices",
            str(voices),
            "--speakers",
            "rav17",
            "--kinds",
            "gramophone",
            "--out",
            str(tmp_path),
        ],
    )
    assert done.exit_code != 0
    assert "no microphone is called gramophone" in str(done.exception)
