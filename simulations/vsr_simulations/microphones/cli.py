"""`vsr-simulate microphones`: what a base is worth on people's own microphones, before and after learning."""

import json
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console


def microphones(
    voices: Annotated[
        Path | None,
        typer.Option(help="Folder of recordings with a MANIFEST.csv; else sounds and pictures alone."),
    ] = None,
    corpus: Annotated[str, typer.Option(help="Corpora that the base never heard, comma between.")] = "",
    speakers: Annotated[str, typer.Option(help="Speakers instead, comma between.")] = "",
    base: Annotated[Path | None, typer.Option(envvar="VSR_BASE", help="Base model that never heard them.")] = None,
    kinds: Annotated[str, typer.Option(help="Kinds of microphones, comma between; else all.")] = "",
    clips: Annotated[str, typer.Option(help="How many clips somebody brings, comma between.")] = "0,10,30",
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Seeds of devices, rounds and clips.")] = 1,
    halves: Annotated[int, typer.Option(min=1, max=2, help="Halves of the sentences taught in turn.")] = 2,
    out: Annotated[Path, typer.Option(help="Folder for results; a stopped run goes on from it.")] = Path(
        "build/microphones"
    ),
    cache: Annotated[Path, typer.Option(help="Folder for what the trunk heard.")] = Path("build/kept"),
) -> None:
    """Let everybody come new with one kind of microphone after another, by number of own clips."""
    from rich.console import Console

    from vsr_simulations.microphones.examples import example_voice, write_examples
    from vsr_simulations.microphones.pictures import devices_picture
    from vsr_simulations.populations.devices import BY_NAME, Devices
    from vsr_simulations.reports.pictures import png

    chosen = Devices(1, _names(kinds) or tuple(BY_NAME)).kinds
    console = Console(stderr=True, highlight=False, width=None if sys.stdout.isatty() else 140)
    # A run that goes on has them already, and codecs take their time.
    if voices is None or not (out / "devices.png").exists():
        voice = example_voice()
        console.print(f"{len(write_examples(out / 'sounds', voice))} sounds of a generated voice: {out / 'sounds'}")
        png(devices_picture(voice), out / "devices.png")
    if voices is None:
        console.print(f"what each kind does: {out / 'devices.png'}; give --voices for the domain shift", markup=False)
        return
    _shift(console, voices, base, _names(corpus), _names(speakers), chosen, clips, seeds, halves, out, cache)


def _shift(
    console: "Console",
    voices: Path,
    base: Path | None,
    corpora: tuple[str, ...],
    speakers: tuple[str, ...],
    kinds: tuple[str, ...],
    clips: str,
    seeds: int,
    halves: int,
    out: Path,
    cache: Path,
) -> None:
    from vsr_shared.find_base import BaseChoice, about, find_base
    from vsr_simulations.engine.heard import Population
    from vsr_simulations.engine.rounds import Start
    from vsr_simulations.microphones.pictures import shift_picture
    from vsr_simulations.microphones.study import Plan, run_study
    from vsr_simulations.microphones.table import as_rows, markdown, table
    from vsr_simulations.newcomers.cli import counts
    from vsr_simulations.populations.devices import Devices
    from vsr_simulations.populations.recorded import recorded_population
    from vsr_simulations.reports.pictures import png
    from vsr_simulations.showing import showing_progress

    found = find_base(BaseChoice(base, cache, offline=True), lambda line: console.print(line, markup=False))
    console.print(about(found), markup=False)
    plan = Plan(kinds, counts(clips), tuple(range(1, seeds + 1)), tuple(range(halves)))
    with showing_progress(console) as tell:

        @lru_cache(maxsize=32)
        def people(turn: int, devices: Devices) -> Population:
            return recorded_population(
                found, voices, cache, corpora=corpora, speakers=speakers, turn=turn, on_progress=tell, devices=devices
            )

        trials = list(run_study(people, Start(found.trainable, found.frozen), plan, out, tell))
    cells = table(trials)
    who = sorted({trial.user for trial in trials})
    document = {"base": found.id, "people": who, "clips": plan.clips, "seeds": plan.seeds, "cells": as_rows(cells)}
    (out / "table.json").write_text(json.dumps(document, indent=1))
    png(shift_picture(cells), out / "shift.png")
    typer.echo(markdown(cells))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
