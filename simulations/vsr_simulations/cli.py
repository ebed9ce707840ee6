"""`vsr-simulate`: the demo of a whole deployment on one machine, what personal training gives, the benchmarks."""

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated, Final

import typer

from vsr_shared.errors import VsrError
from vsr_simulations.attacks.cli import attack
from vsr_simulations.bench.quantise_cli import quantise
from vsr_simulations.bench.rounds.cli import rounds
from vsr_simulations.bench.secure_sum_cli import secure_sum
from vsr_simulations.client_bench.cli import client
from vsr_simulations.compare.cli import compare
from vsr_simulations.flower_engine.cli import flower
from vsr_simulations.microphones.cli import microphones
from vsr_simulations.newcomers.cli import newcomers
from vsr_simulations.personal.cli import personal
from vsr_simulations.poisoning.cli import poison
from vsr_simulations.privacy.cli import privacy
from vsr_simulations.results.cli import results
from vsr_simulations.scale.cli import scale
from vsr_simulations.speed.cli import speed

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
Out = Annotated[Path, typer.Option(help="Folder for results.")]
Offline = Annotated[bool, typer.Option(envvar="VSR_OFFLINE", help="Never fetch ImageNet's weights.")]
BasePath = Annotated[Path | None, typer.Option(envvar="VSR_BASE", help="Base model; without it the one that ships.")]

DEMO_ACTORS: Final = ("rav17", "rav18", "rav19", "rav20")
"""The base that ships never hears them."""

app.command()(personal)
app.command()(compare)
app.command()(newcomers)
app.command()(microphones)
app.command()(scale)
app.command()(speed)
app.command()(flower)
app.command()(quantise)
app.command()(rounds)
app.command()(client)
app.command()(secure_sum)
app.command()(privacy)
app.command()(poison)
app.command()(results)
app.command()(attack)


def main() -> None:
    """Run the command; a VsrError becomes one line and its exit code."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        app()
    except VsrError as error:
        typer.secho(f"vsr-simulate: {error}", err=True, fg=typer.colors.RED)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


@app.command()
def demo(
    rounds: Annotated[int, typer.Option(min=1, max=100, help="Rounds to run.")] = 10,
    generated: Annotated[bool, typer.Option(help="Generated voices, even where real ones are there.")] = False,
    base: BasePath = None,
    offline: Offline = False,
    out: Out = Path("build/demo"),
) -> None:
    """Show the whole way on this machine: a server, four people's machines, real audio, rounds, a better model."""
    from rich.console import Console

    from vsr_server.corpora.manifest import voices_folder
    from vsr_shared.base import write_base
    from vsr_shared.find_base import BaseChoice, about, find_base
    from vsr_simulations.demo.journey import Setting, travel
    from vsr_simulations.demo.machine import Machine
    from vsr_simulations.population import generated_users, recorded_users

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    started = time.monotonic()

    def tell(who: str, what: str) -> None:
        console.print(f"{time.monotonic() - started:6.1f} s  {who:<10} {what}", markup=False, soft_wrap=True)

    work = out / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    folder = None if generated else voices_folder()
    if folder:
        users, voices = recorded_users(folder, DEMO_ACTORS), "real voices: ravdess actors 17-20"
    else:
        users, voices = generated_users(1, 4, 64, work / "voices"), "generated voices"
    tell("demo", f"{voices}: {len(users)} people, {len(users[0].teach)} recordings each to teach with, others held out")
    found = find_base(BaseChoice(base, out.parent / "bases", offline), lambda line: tell("demo", line))
    tell("demo", about(found))
    path = work / "base.vsr"
    path.write_bytes(write_base(found))
    machines = [Machine(user, work / "machines" / user.name, path) for user in users]
    outcome = travel(Setting(machines, work / "server", path, found.id, voices, rounds), tell)
    console.print(outcome.table())
    picture = outcome.write(out)
    console.print(f"{outcome.seconds:.0f} s; nothing is left running; the picture is {picture}")


@app.command()
def bench(base: BasePath = None, offline: Offline = False, out: Out = Path("build")) -> None:
    """Measure ratios against the alternatives in one run and write them to bench.json."""
    from vsr_shared.find_base import BaseChoice, find_base
    from vsr_simulations.bench.comparison import write
    from vsr_simulations.bench.person import person_benchmarks

    rows = []
    for row in person_benchmarks(find_base(BaseChoice(base, out / "bases", offline), typer.echo)):
        rows.append(row)
        typer.echo(f"{row.ratio:7.1f} x  {row.name}: {row.ours:g} {row.unit}, {row.against}: {row.theirs:g} {row.unit}")
        write(rows, out / "bench.json")
