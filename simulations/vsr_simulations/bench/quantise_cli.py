"""`vsr-simulate quantise`: what fewer bits for the trunk's weights cost and give."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from vsr_simulations.bench.precisions import PrecisionRow


def quantise(
    voices: Annotated[Path, typer.Option(help="Folder of recordings with a MANIFEST.csv.")],
    base: Annotated[
        Path | None,
        typer.Option(envvar="VSR_BASE", help="Base with float weights; one of 8 bits is measured from what it has."),
    ] = None,
    speakers: Annotated[str, typer.Option(help="Speakers, comma between; else those the base was validated on.")] = "",
    out: Annotated[Path, typer.Option(help="Folder for quantise.json.")] = Path("build"),
    cache: Annotated[Path, typer.Option(help="Folder for bases that Keras has to build.")] = Path("build/bases"),
) -> None:
    """Convert a base's trunk to each precision and measure size, time and what changes on people's voices."""
    from rich.console import Console

    from vsr_shared.find_base import BaseChoice, find_base
    from vsr_simulations.bench.precisions import best, chosen_clips, converted, precision_rows

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    found = find_base(BaseChoice(base, cache, offline=True), lambda line: typer.echo(line, err=True))
    clips, heard = chosen_clips(voices, found, [name.strip() for name in speakers.split(",") if name.strip()])
    typer.echo(f"{len(clips)} recordings; converting the trunk of {found.id}, which takes minutes", err=True)
    rows = list(precision_rows(converted(found), clips))
    console.print(_table(rows))
    for name, how in heard.items():
        console.print(f"{name}: {how}; only what changes between the rows counts", markup=False)
    choice = best(rows)
    console.print(f"fastest at a UAR less than half a point below float32's: {choice.precision}")
    out.mkdir(parents=True, exist_ok=True)
    result = {"base": found.id, "heard": heard, "choice": choice.precision, "rows": [asdict(row) for row in rows]}
    (out / "quantise.json").write_text(json.dumps(result, indent=1) + "\n")


def _table(rows: "list[PrecisionRow]") -> "Table":
    from rich.table import Table

    table = Table(title="The trunk's weights, by precision; times are of one 4-second clip", title_justify="left")
    table.add_column("weights")
    for heading in ("base, MB", "1 thread", "2 threads", "UAR", "AUROC", "NLL", "largest change", "mean", "flips"):
        table.add_column(heading, justify="right")
    for row in rows:
        times = [f"{row.milliseconds[n]:.1f} ms, {row.ratio[n]:.1f} x" for n in row.milliseconds]
        figures = [f"{row.scores.uar:.4f}", f"{row.scores.auroc:.4f}", f"{row.scores.nll:.4f}"]
        changes = [f"{row.largest_change:.4f}", f"{row.mean_change:.4f}", str(row.other_side)]
        table.add_row(row.precision, f"{row.megabytes:.1f}", *times, *figures, *changes)
    return table
