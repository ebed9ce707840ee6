"""`vsr-simulate scale`: users, time and memory, and the matrix products' own time beside it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from vsr_shared.errors import UsageError, VsrError


def scale(
    users: Annotated[str, typer.Option(help="How many users, comma between.")] = "1000,10000",
    rounds: Annotated[int, typer.Option(min=1, help="Rounds.")] = 20,
    cohort: Annotated[int, typer.Option(min=1, help="Users a round.")] = 100,
    clips: Annotated[int, typer.Option(min=2, help="Clips a user, an even number.")] = 30,
    out: Annotated[Path, typer.Option(help="Folder for results.")] = Path("build/scale"),
) -> None:
    """Run rounds among generated users, each size in a process of its own, and say what they take."""
    from vsr_shared.learning.local_training import LocalTraining
    from vsr_simulations.scale.matrix_limit import matrix_seconds

    rows = [_measured([count, rounds, cohort, clips]) for count in _counts(users)]
    threads = int(rows[0]["threads"])
    products = matrix_seconds(clips, LocalTraining(), threads)
    limit = 1 / products.seconds
    titles = f"{'users':>8} {'seconds':>8} {'client-rounds/s':>16} {'processor ms each':>18} {'peak MB':>8}"
    typer.echo(f"{titles} {'AUROC before, after':>20}")
    for row in rows:
        each = f"{row['client_rounds_a_second']:>16.1f} {row['processor_milliseconds']:>18.1f}"
        typer.echo(
            f"{row['users']:>8} {row['seconds']:>8.1f} {each} {row['peak_megabytes']:>8.0f} "
            f"{row['auroc_before']:>12.3f}, {row['auroc_after']:.3f}"
        )
    slowest, alone = min(row["client_rounds_a_second"] for row in rows), 1000 * products.processor_seconds
    most = max(row["processor_milliseconds"] for row in rows)
    typer.echo(
        f"matrix products alone, {threads} cores: {limit:.1f} client-rounds/s, {limit / slowest:.1f} times as many; "
        f"{alone:.1f} ms of processor time each, of which ours takes {most / alone:.1f} times as much"
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / "scale.json").write_text(
        json.dumps({"sizes": rows, "matrix_limit": limit, "matrix_processor_milliseconds": alone}, indent=1)
    )


def _measured(arguments: list[int]) -> dict[str, Any]:
    command = [sys.executable, "-m", "vsr_simulations.scale.measure", *(str(number) for number in arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise VsrError(f"the run with {arguments[0]} users failed; what it said stands above")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _counts(text: str) -> list[int]:
    try:
        counts = [int(part) for part in text.split(",")]
    except ValueError:
        counts = []
    if not counts or min(counts) < 1:
        raise UsageError(f"--users takes numbers with commas between, such as 1000,10000, not {text!r}")
    return counts
