"""`vsr-simulate rounds`: how long a round takes on this machine, beside Flower's own."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

NUMBERS: Final = 774_914


def rounds(
    count: Annotated[int, typer.Option("--rounds", min=1, max=100, help="Rounds of each way in a turn.")] = 4,
    turns: Annotated[int, typer.Option(min=1, max=20, help="Turns; the ways take turns in each.")] = 2,
    machines: Annotated[int, typer.Option(min=3, max=50, help="Machines of each deployment.")] = 3,
    numbers: Annotated[int, typer.Option(min=1, max=50_000_000, help="Numbers of the model.")] = NUMBERS,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    out: Annotated[Path, typer.Option(help="Folder for results.")] = Path("build/rounds"),
) -> None:
    """Time rounds of deployments on loopback: the secure sum, bare updates, and Flower's own FedAvg, in turns.

    Nobody trains, so that the figures are those of asking, sending and summing.
    """
    from vsr_simulations.bench.rounds.table import WAYS, measure

    work = (out / "work").absolute()
    shutil.rmtree(work, ignore_errors=True)
    found = measure(work, numbers, machines, count, turns, lambda line: typer.echo(line, err=True))
    shutil.rmtree(work, ignore_errors=True)
    (out / "rounds.json").write_text(json.dumps(asdict(found), indent=1) + "\n")
    figures = {way: round(found.median(way), 3) for way in WAYS}
    ratios = {way: round(found.ratio(way, "flower"), 3) for way in WAYS}
    if as_json:
        typer.echo(json.dumps({"median_seconds": figures, "times_flower": ratios}))
        return
    for way, words in zip(WAYS, ("secure sum", "bare updates", "Flower's FedAvg"), strict=True):
        typer.echo(f"{words:<16} {figures[way]:7.2f} s a round, {ratios[way]:.2f} times Flower's FedAvg")
