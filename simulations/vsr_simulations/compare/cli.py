"""`vsr-simulate compare`: methods of personalisation side by side on real people whom the base never heard."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from vsr_shared.errors import UsageError


def compare(
    voices: Annotated[Path, typer.Option(help="Folder of recordings with a MANIFEST.csv.")],
    corpus: Annotated[str, typer.Option(help="Corpora that the base never heard, comma between.")] = "nemo",
    speakers: Annotated[str, typer.Option(help="Speakers instead of whole corpora, comma between.")] = "",
    base: Annotated[Path | None, typer.Option(envvar="VSR_BASE", help="Base model, made without them.")] = None,
    clips: Annotated[str, typer.Option(help="How many clips everybody has, comma between.")] = "0,1,2,5,10,20,30",
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Seeds of rounds and of clips.")] = 3,
    methods: Annotated[str, typer.Option(help="Methods by name, semicolon between; all without a word.")] = "",
    epochs: Annotated[int, typer.Option(min=1, max=200, help="Local epochs a round; name a folder for each.")] = 2,
    minutes: Annotated[float | None, typer.Option(min=0, help="Stop after so long, to go on another time.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for results; a stopped run goes on from it.")] = Path(
        "build/compare"
    ),
    cache: Annotated[Path, typer.Option(help="Folder for what the trunk heard.")] = Path("build/kept"),
) -> None:
    """Let everybody take part with the same few clips, by each method in turn; write one page and tables."""
    from rich.console import Console

    from vsr_shared.find_base import BaseChoice, about, find_base
    from vsr_simulations.compare import study
    from vsr_simulations.compare.baselines import BASELINES, Baseline
    from vsr_simulations.compare.circumstances import Circumstances
    from vsr_simulations.compare.costs import traffic
    from vsr_simulations.compare.methods import METHODS
    from vsr_simulations.compare.report import write
    from vsr_simulations.compare.table import rows
    from vsr_simulations.compare.words import markdown
    from vsr_simulations.engine.method import Method
    from vsr_simulations.engine.rounds import Start
    from vsr_simulations.newcomers.cli import counts
    from vsr_simulations.populations.recorded import recorded_population
    from vsr_simulations.reports.machine import machine_words
    from vsr_simulations.reports.time_budget import TimeIsUp, within
    from vsr_simulations.reports.time_spent import Stopwatch
    from vsr_simulations.showing import showing_progress

    contestants: list[Method | Baseline] = [*BASELINES, *METHODS]
    everything = {one.name: one for one in contestants}
    asked = _names(methods, ";") or list(everything)
    if unknown := set(asked) - set(everything):
        raise UsageError(f"no method {'; '.join(sorted(unknown))}; there are {'; '.join(everything)}")
    chosen = [everything[name] for name in everything if name in asked]
    console = Console(stderr=True, highlight=False, width=None if sys.stdout.isatty() else 140)
    found = find_base(BaseChoice(base, cache, offline=True), lambda line: console.print(line, markup=False))
    console.print(about(found), markup=False)
    plan = study.Plan(counts(clips), tuple(range(1, seeds + 1)), study.ten_rounds(epochs))
    who = _names(speakers, ",")
    corpora = [] if who else _names(corpus, ",")
    watch = Stopwatch()
    pieces: list[study.Piece] = []
    start = Start(found.trainable, found.frozen)
    with showing_progress(console) as tell:
        people = [
            recorded_population(found, voices, cache, corpora=corpora, speakers=who, turn=turn, on_progress=tell)
            for turn in (0, 1)
        ]
        try:
            for piece in study.compare(people, start, plan, out, within(minutes, tell), chosen):
                pieces.append(piece)
        except TimeIsUp:
            console.print("the time is up; the same command goes on", markup=False)
    travels = {one.name: traffic(one, start, len(people[0])) for one in chosen if isinstance(one, Method)}
    table = rows(pieces, travels)
    spent = watch.add_to(out)
    given = Circumstances(
        found.id,
        tuple(who or corpora),
        plan,
        machine_words(),
        spent.minutes,
        spent.processor_minutes,
        len(pieces),
        len(study.planned(plan, len(people), chosen)),
    )
    page = write(out, pieces, table, given)
    typer.echo(markdown(table))
    console.print(f"page: {page}", markup=False)


def _names(text: str, between: str) -> list[str]:
    return [name.strip() for name in text.split(between) if name.strip()]
