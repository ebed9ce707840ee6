"""`vsr-simulate client`: how quick the app is."""

import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer


def client(
    recordings: Annotated[
        int, typer.Option(min=0, max=100_000, help="Recordings of the month; 0 leaves it out.")
    ] = 2000,
    calls: Annotated[int, typer.Option(min=5, max=10_000, help="Predict calls alone, and during training.")] = 100,
    starts: Annotated[int, typer.Option(min=1, max=100, help="Starts of the app.")] = 5,
    generated: Annotated[bool, typer.Option(help="Generated voices, even where real ones are there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    out: Annotated[Path, typer.Option(help="Folder for results.")] = Path("build/client"),
) -> None:
    """Measure the app on this machine: its start, predict calls alone and during training, a month of use."""
    from rich.console import Console
    from rich.table import Table

    from vsr_server.corpora.manifest import voices_folder
    from vsr_simulations.client_bench.measures import month_figures, predict_figures, start_figures
    from vsr_simulations.population import generated_users, recorded_users

    notes = Console(stderr=True, highlight=False)
    work = out / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)

    def tell(line: str) -> None:
        notes.print(line, markup=False)

    folder = None if generated else voices_folder()
    (user,) = recorded_users(folder, ["rav17"]) if folder else generated_users(1, 1, 32, work / "voices")
    sound = user.held_out[0].path.read_bytes()
    figures = start_figures(work / "start", sound, starts, tell)
    figures += predict_figures(work / "predict", user, calls, tell)
    if recordings:
        figures += month_figures(work / "month", user, recordings, tell)
    shutil.rmtree(work, ignore_errors=True)
    text = json.dumps([asdict(figure) for figure in figures], indent=1)
    (out / "client.json").write_text(text, encoding="utf-8")
    if as_json:
        typer.echo(text)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("what")
    table.add_column("", justify="right")
    table.add_column("")
    for figure in figures:
        table.add_row(figure.name, f"{figure.value:.3f}" if figure.unit == "s" else f"{figure.value:.1f}", figure.unit)
    Console(width=None if sys.stdout.isatty() else 120).print(table)
