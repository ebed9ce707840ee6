"""`vsr-simulate newcomers`: what others' learning and some clips of one's own are worth to people new to the base."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from vsr_shared.errors import UsageError


def newcomers(
    voices: Annotated[Path, typer.Option(help="Folder of recordings with a MANIFEST.csv.")],
    corpus: Annotated[str, typer.Option(help="Corpus that the base never heard.")] = "nemo",
    base: Annotated[Path | None, typer.Option(envvar="VSR_BASE", help="Base model, made without the corpus.")] = None,
    clips: Annotated[str, typer.Option(help="How many clips newcomers bring, comma between.")] = "0,1,2,5,10,20,30",
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Seeds of rounds and of clips.")] = 3,
    out: Annotated[Path, typer.Option(help="Folder for results; a stopped run goes on from it.")] = Path(
        "build/newcomers"
    ),
    cache: Annotated[Path, typer.Option(help="Folder for what the trunk heard.")] = Path("build/kept"),
) -> None:
    """Let everybody in turn be the newcomer among the others, by number of own clips."""
    from rich.console import Console

    from vsr_shared.find_base import BaseChoice, about, find_base
    from vsr_simulations.engine.rounds import Start
    from vsr_simulations.newcomers.study import Plan, run_study
    from vsr_simulations.newcomers.table import as_rows, markdown, table
    from vsr_simulations.populations.recorded import recorded_population
    from vsr_simulations.showing import showing_progress

    console = Console(stderr=True, highlight=False, width=None if sys.stdout.isatty() else 140)
    found = find_base(BaseChoice(base, cache, offline=True), lambda line: console.print(line, markup=False))
    console.print(about(found), markup=False)
    plan = Plan(counts(clips), tuple(range(1, seeds + 1)))
    with showing_progress(console) as tell:
        people = [
            recorded_population(found, voices, cache, corpora=[corpus], turn=turn, on_progress=tell) for turn in (0, 1)
        ]
        trials = list(run_study(people, Start(found.trainable, found.frozen), plan, out, tell))
    cells = table(trials)
    (out / "table.json").write_text(json.dumps({"base": found.id, "corpus": corpus, "cells": as_rows(cells)}, indent=1))
    typer.echo(markdown(cells))


def counts(text: str, least: int = 0) -> tuple[int, ...]:
    """Return the numbers in `text`, in order; UsageError where they are none or below `least`."""
    try:
        found = tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        found = ()
    if not found or found[0] < least:
        raise UsageError(f"--clips takes numbers from {least} up, commas between, such as 10,30, not {text!r}")
    return found
