"""`vsr-simulate compare`: methods of personalisation side by side on real people whom the base never heard."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer


def compare(
    voices: Annotated[Path, typer.Option(help="Folder of recordings with a MANIFEST.csv.")],
    corpus: Annotated[str, typer.Option(help="Corpora that the base never heard, comma between.")] = "nemo",
    base: Annotated[Path | None, typer.Option(envvar="VSR_BASE", help="Base model, made without them.")] = None,
    clips: Annotated[str, typer.Option(help="How many clips everybody has, comma between.")] = "10,30",
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Seeds of rounds and of clips.")] = 3,
    out: Annotated[Path, typer.Option(help="Folder for results; a stopped run goes on from it.")] = Path(
        "build/compare"
    ),
    cache: Annotated[Path, typer.Option(help="Folder for what the trunk heard.")] = Path("build/kept"),
) -> None:
    """Let everybody take part with the same few clips, by each method in turn."""
    from rich.console import Console

    from vsr_shared.find_base import BaseChoice, about, find_base
    from vsr_simulations.compare import study
    from vsr_simulations.compare.table import markdown, rows
    from vsr_simulations.engine.rounds import Start
    from vsr_simulations.newcomers.cli import counts
    from vsr_simulations.populations.recorded import recorded_population
    from vsr_simulations.showing import showing_progress

    console = Console(stderr=True, highlight=False, width=None if sys.stdout.isatty() else 140)
    found = find_base(BaseChoice(base, cache, offline=True), lambda line: console.print(line, markup=False))
    console.print(about(found), markup=False)
    plan = study.Plan(counts(clips, least=1), tuple(range(1, seeds + 1)))
    corpora = [name.strip() for name in corpus.split(",") if name.strip()]
    with showing_progress(console) as tell:
        people = [
            recorded_population(found, voices, cache, corpora=corpora, turn=turn, on_progress=tell) for turn in (0, 1)
        ]
        table = rows(list(study.compare(people, Start(found.trainable, found.frozen), plan, out, tell)))
    (out / "table.json").write_text(json.dumps({"base": found.id, "rows": [asdict(row) for row in table]}, indent=1))
    typer.echo(markdown(table))
