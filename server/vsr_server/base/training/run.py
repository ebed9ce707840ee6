"""One training run from a folder of voices to files: base, result and curves."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vsr_server.base.images import images_of
from vsr_server.base.same_sound import sound_marks, sound_prints
from vsr_server.base.speaker_split import SpeakerSplit, check_no_leak
from vsr_server.base.training.assemble import Origins, assemble, calibrate
from vsr_server.base.training.checkpoint import Reading
from vsr_server.base.training.fit_measure import fit_measure, spoken_in
from vsr_server.base.training.recipe import Recipe
from vsr_server.base.training.train import Data, Trained, train
from vsr_server.base.who import Who
from vsr_server.corpora.fingerprints import data_hash, fingerprints
from vsr_server.corpora.read import read_corpora
from vsr_shared.audio.spectrogram import SpectrogramSpec
from vsr_shared.base import write_base

BASE_FILE: Final = "vsr-base.vsr"


@dataclass(frozen=True)
class Outcome:
    """What a run gave: its best validation, the temperature folded in, and the files written."""

    best: Reading
    temperature: float
    written: str


def load_data(folder: Path, who: Who, cache: Path, say: Callable[[str], None]) -> tuple[Data, SpeakerSplit]:
    """Return the data of a run and its split, checked for leaks; test speakers' images stay behind."""
    voices = read_corpora(folder)
    prints = fingerprints(voices)
    split = who.split(voices)
    sounds = sound_prints(voices, prints, cache, say)
    check_no_leak(voices, sounds, split)
    images = images_of(voices, prints, SpectrogramSpec(), cache, say)
    seen = [*split.train, *split.validate]
    digest = data_hash([voices[i] for i in seen], [prints[i] for i in seen])
    marks = sound_marks([sounds[i] for i in seen])
    return Data(voices, images.of(split.train), images.of(split.validate), digest, tuple(marks)), split


def run(
    recipe: Recipe,
    folder: Path,
    who: Who,
    out: Path,
    cache: Path,
    show: Callable[[Reading], None],
    say: Callable[[str], None],
) -> Outcome:
    """Train by `recipe` on `folder`, going on from a checkpoint in `out`, and write what comes of it there."""
    data, split = load_data(folder, who, cache, say)
    out.mkdir(parents=True, exist_ok=True)
    trained = train(recipe, data, out / "checkpoint.npz", show)
    temperature = calibrate(trained.network, data)
    best = min(trained.readings, key=lambda reading: reading.nll)
    origins = Origins(recipe, data.hash, data.marks, split, trained.readings)
    written = [_result(out, recipe, data, trained, temperature), _curves(out, trained)]
    if recipe.backbone == "densenet201":
        path = out / BASE_FILE
        say("learning by what a memory compares voices")
        measure = fit_measure(spoken_in(data.voices, data.train), recipe.seed)
        base = assemble(trained.network, measure, data.voices, origins, temperature, SpectrogramSpec())
        path.write_bytes(write_base(base))
        written.insert(0, path.name)
    return Outcome(best, temperature, ", ".join(str(out / name) for name in written))


def _result(out: Path, recipe: Recipe, data: Data, trained: Trained, temperature: float) -> str:
    result = {
        "recipe": recipe.to_dict(),
        "data_sha256": data.hash,
        "steps": trained.steps,
        "temperature": temperature,
        "readings": [vars(reading) for reading in trained.readings],
    }
    (out / "result.json").write_text(json.dumps(result, indent=1))
    return "result.json"


def _curves(out: Path, trained: Trained) -> str:
    from vsr_server.base.training.pictures import draw_curves

    draw_curves(trained.readings, out / "curves.png")
    return "curves.png"
