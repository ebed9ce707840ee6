"""`vsr-simulate newcomers`: what others' learning and some clips of one's own are worth to people new to the base."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from vsr_shared.errors import UsageError


def newcomers(
    voices: Annotated[Path, typer.Option(help="Folder of recordings with a MANIFEST.csv.")],
    corpus: Annotated[str, typer.Option(help="Corpus that the base never heard.")] = "nemo",
    speakers: Annotated[str, typer.Option(help="Speakers instead of a corpus, comma between.")] = "",
    base: Annotated[Path | None, typer.Option(envvar="VSR_BASE", help="Base model, made without the corpus.")] = None,
    clips: Annotated[str, typer.Option(help="How many clips newcomers bring, comma between.")] = "0,1,2,5,10,20,30",
    trained: Annotated[
        str, typer.Option(help="Numbers of clips with which what ships is judged too, which takes longest.")
    ] = "10,20,30",
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Seeds of rounds and of clips.")] = 3,
    minutes: Annotated[float | None, typer.Option(min=0, help="Stop after so long, to go on another time.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for results; a stopped run goes on from it.")] = Path(
        "build/newcomers"
    ),
    cache: Annotated[Path, typer.Option(help="Folder for what the trunk heard.")] = Path("build/kept"),
) -> None:
    """Let everybody in turn be the newcomer among the others, by number of own clips."""
    from rich.console import Console

    from vsr_shared.find_base import BaseChoice, about, find_base
    from vsr_simulations.engine.rounds import Start
    from vsr_simulations.newcomers.circumstances import Circumstances
    from vsr_simulations.newcomers.report import write
    from vsr_simulations.newcomers.study import Plan, Trial, run_study
    from vsr_simulations.newcomers.table import markdown, table
    from vsr_simulations.populations.recorded import recorded_population
    from vsr_simulations.reports.machine import machine_words
    from vsr_simulations.reports.time_budget import TimeIsUp, within
    from vsr_simulations.reports.time_spent import Stopwatch
    from vsr_simulations.showing import showing_progress

    console = Console(stderr=True, highlight=False, width=None if sys.stdout.isatty() else 140)
    found = find_base(BaseChoice(base, cache, offline=True), lambda line: console.print(line, markup=False))
    console.print(about(found), markup=False)
    plan = Plan(counts(clips), tuple(range(1, seeds + 1)), trained=counts(trained) if trained else ())
    who = [name.strip() for name in speakers.split(",") if name.strip()]
    watch = Stopwatch()
    trials: list[Trial] = []
    with showing_progress(console) as tell:
        people = [
            recorded_population(
                found, voices, cache, corpora=() if who else [corpus], speakers=who, turn=turn, on_progress=tell
            )
            for turn in (0, 1)
        ]
        try:
            start = Start(found.trainable, found.frozen)
            for trial in run_study(people, start, plan, out, within(minutes, tell)):
                trials.append(trial)
        except TimeIsUp:
            console.print("the time is up; the same command goes on", markup=False)
    spent = watch.add_to(out)
    given = Circumstances(
        found.id,
        ", ".join(who) or corpus,
        plan,
        machine_words(),
        spent.minutes,
        spent.processor_minutes,
        len(trials),
        len(plan.clips) * len(plan.seeds) * sum(len(turn) for turn in people),
    )
    page = write(out, trials, given)
    typer.echo(markdown(table(trials)))
    console.print(f"page: {page}", markup=False)


def counts(text: str, least: int = 0) -> tuple[int, ...]:
    """Return the numbers in `text`, in order; UsageError where they are none or below `least`."""
    try:
        found = tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        found = ()
    if not found or found[0] < least:
        raise UsageError(f"--clips takes numbers from {least} up, commas between, such as 10,30, not {text!r}")
    return found
