"""`vsr-simulate secure-sum`: what a secure sum costs, beside Flower's SecAgg+, in one run."""

import json
import math
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from vsr_simulations.bench.secure_sum_table import Beside

WANTED = "wanted: at least 10 times less processor time, at most 60 % of its upload, a tenth of its error"


def secure_sum(
    parameters: Annotated[int, typer.Option(min=1_000, help="Numbers in an update.")] = 774_914,
    cohorts: Annotated[str, typer.Option(help="People in a round, comma between.")] = "10,100,1000",
    silent: Annotated[str, typer.Option(help="Shares of them who never answer, at most 0.3.")] = "0,0.1,0.3",
    out: Annotated[Path, typer.Option(help="Folder for secure_sum.json.")] = Path("build"),
) -> None:
    """Measure one member's and the server's part of a round, VSR's and Flower's in turns; minutes for 1,000 people."""
    from rich.console import Console

    from vsr_simulations.bench.secure_sum_table import side_by_side

    people = [int(count) for count in cohorts.split(",")]
    shares = [float(share) for share in silent.split(",")]
    rows = []
    out.mkdir(parents=True, exist_ok=True)
    for row in side_by_side(parameters, people, shares):
        typer.echo(f"{row.ours.cohort} people, {row.ours.silent} silent: done", err=True)
        rows.append(row)
        found = [{"ours": asdict(one.ours), "theirs": asdict(one.theirs)} for one in rows]
        (out / "secure_sum.json").write_text(json.dumps(found, indent=1) + "\n")
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    console.print(_table(rows, parameters))
    console.print(WANTED)


def _table(rows: "list[Beside]", parameters: int) -> "Table":
    from rich.table import Table

    table = Table(title=f"A round of {parameters:,} numbers, VSR / Flower's SecAgg+", title_justify="left")
    headings = ("people", "silent", "member, ms", "times less", "up, bytes", "of it", "down, bytes")
    for heading in (*headings, "server, s", "server holds, MB", "error", "of it"):
        table.add_column(heading, justify="right")
    for row in rows:
        ours, theirs = row.ours, row.theirs
        server = "not run" if math.isnan(theirs.server_seconds) else f"{theirs.server_seconds:.1f}"
        table.add_row(
            f"{ours.cohort:,}",
            str(ours.silent),
            f"{1000 * ours.client_seconds:.1f} / {1000 * theirs.client_seconds:.0f}",
            f"{row.client_ratio:.1f}",
            f"{ours.bytes_up:,} / {theirs.bytes_up:,}",
            f"{row.upload_ratio:.0%}",
            f"{ours.bytes_down:,} / {theirs.bytes_down:,}",
            f"{ours.server_seconds:.2f} / {server}",
            f"{ours.server_bytes / 1e6:.1f} / {theirs.server_bytes / 1e6:.0f}",
            f"{ours.error:.0e} / {theirs.error:.0e}",
            f"{row.error_ratio:.1g}",
        )
    return table
