"""`vsr-simulate personal`: what personal training gives people whom the base never heard."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vsr_shared.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from vsr_simulations.personal.study import Told


def personal(
    voices: Annotated[Path, typer.Option(help="Folder of recordings with a MANIFEST.csv.")],
    base: Annotated[
        Path | None, typer.Option(envvar="VSR_BASE", help="Base model; without it the one that ships.")
    ] = None,
    speakers: Annotated[
        str, typer.Option(help="Speakers, comma between; else all that the base never heard and whose sentences vary.")
    ] = "",
    clips: Annotated[str, typer.Option(help="How many clips to teach, comma between.")] = "10,30",
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Draws of the clips, averaged.")] = 3,
    mark_heard: Annotated[
        bool, typer.Option("--mark-heard", help="Show speakers the base heard too, apart, marked as not a test.")
    ] = False,
    picture: Annotated[Path | None, typer.Option(help="PNG to draw before and after to.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    cache: Annotated[Path, typer.Option(help="Folder for bases that Keras has to build.")] = Path("build/bases"),
) -> None:
    """Teach clips of one half of each person's sentences and judge by the other half, before and after."""
    from rich.console import Console

    from vsr_shared.find_base import BaseChoice, about, find_base
    from vsr_simulations.personal.outcome import summarise
    from vsr_simulations.personal.report import closing_line, draw_before_after, people_table, ways_table
    from vsr_simulations.personal.study import Plan, hear_all, heard_by, people, run_trials

    plan = Plan(_counts(clips), seeds)
    width = None if sys.stdout.isatty() else 140
    notes, console = Console(stderr=True, highlight=False), Console(highlight=False, width=width)
    found = find_base(BaseChoice(base, cache, offline=True), lambda line: notes.print(line, markup=False))
    users = people(voices, found, [name.strip() for name in speakers.split(",") if name.strip()])
    heard = heard_by(found, users, mark_heard)
    notes.print(f"{len(users)} people, {about(found)}", markup=False)
    with _progress(notes) as tell:
        trials = list(run_trials(found, users, hear_all(found, users, tell), plan, tell))
    tested = summarise([trial for trial in trials if trial.user not in heard])
    marked = summarise([trial for trial in trials if trial.user in heard])
    if as_json:
        groups = {"tested": tested, "not_a_test": marked}
        figures = {name: [summary.to_dict() for summary in group] for name, group in groups.items()}
        typer.echo(json.dumps({"base": found.id, "draws": seeds, "heard": heard, **figures}, allow_nan=False))
    else:
        for group, mark in ((tested, ""), (marked, "NOT A TEST, the base heard these people: ")):
            for summary in group:
                console.print(people_table(summary, heard, mark), ways_table(summary, mark))
                console.print(mark + closing_line(summary), markup=False)
    if picture is not None:
        draw_before_after(summarise(trials), heard, picture)
        notes.print(f"drawn: {picture}", markup=False)


def _counts(text: str) -> tuple[int, ...]:
    """Return the numbers in `text`; UsageError where they are none or too small to be learnt from."""
    try:
        counts = tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        raise UsageError(f"--clips takes numbers with commas between, such as 10,30, not {text!r}") from None
    if counts[0] < 6:
        raise UsageError(f"{counts[0]} clips are too few to learn from; six are needed, three of each polarity")
    return counts


@contextmanager
def _progress(console: "Console") -> "Iterator[Told]":
    """Show a bar for each kind of work on `console`."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, Any] = {}

        def tell(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=of)
            bars.update(tasks[what], completed=done)

        yield tell
