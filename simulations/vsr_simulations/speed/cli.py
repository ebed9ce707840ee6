"""`vsr-simulate speed`: client-rounds a second beside other simulators, and beside the arithmetic alone."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from vsr_shared.errors import UsageError


def speed(
    people: Annotated[int, typer.Option(min=2, help="People, everybody in each round.")] = 24,
    clips: Annotated[int, typer.Option(min=2, help="Clips a person, an even number.")] = 30,
    rounds: Annotated[int, typer.Option(min=2, help="Rounds; the first is not counted.")] = 3,
    turns: Annotated[int, typer.Option(min=1, help="Turns; everybody takes part in each.")] = 3,
    parts: Annotated[
        str, typer.Option(help="What is trained: head, both, or both with a comma between.")
    ] = "head,both",
    rivals: Annotated[str, typer.Option(help="Of flower_keras, pfl_research, pytorch_loop; comma between.")] = (
        "flower_keras,pfl_research,pytorch_loop"
    ),
    python: Annotated[Path, typer.Option(help="The Python of an environment that has the rivals.")] = Path(
        sys.executable
    ),
    out: Annotated[Path, typer.Option(help="Folder for results.")] = Path("build/speed"),
) -> None:
    """Do the same rounds by VSR's engine and by others, in turns, each in a process of its own."""
    from vsr_shared.learning.local_training import LocalTraining
    from vsr_shared.shipped_base import read_shipped
    from vsr_simulations.speed.contestants import RIVALS, cores
    from vsr_simulations.speed.task import PARTS, Task, loss_of
    from vsr_simulations.speed.turns import measure, table

    wanted, chosen = rivals.split(",") if rivals else [], parts.split(",")
    if unknown := set(wanted) - {one.name for one in RIVALS}:
        raise UsageError(f"no rival {', '.join(sorted(unknown))}; there are {', '.join(one.name for one in RIVALS)}")
    if set(chosen) - set(PARTS):
        raise UsageError(f"--parts takes {' and '.join(PARTS)}, not {parts!r}")
    asked = [one for one in RIVALS if one.name in wanted]
    reasons = {one.name: one.missing(python) for one in asked}
    for reason in filter(None, reasons.values()):
        typer.echo(reason, err=True)
    there = [(one, python.absolute()) for one in asked if not reasons[one.name]]
    base = read_shipped()
    figures, start = [], {}
    for part in chosen:
        task = Task(part, people, clips, rounds, cores(), LocalTraining())
        start[part] = loss_of(task, base, {})
        figures += measure(out / "work", task, base, there, turns, lambda line: typer.echo(line, err=True))
        out.mkdir(parents=True, exist_ok=True)
        said = {"people": people, "clips": clips, "rounds": rounds, "turns": turns, "cores": cores(), "start": start}
        (out / "speed.json").write_text(json.dumps({**said, "figures": [asdict(one) for one in figures]}, indent=1))
    typer.echo(table(figures, start))
