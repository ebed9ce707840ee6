"""`vsr-simulate poison`: what malicious machines do to the common model, with and without defences."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vsr_shared.errors import UsageError
from vsr_shared.federation.messages import CLIP_NORM

if TYPE_CHECKING:
    from vsr_simulations.poisoning.attack import Kind


def poison(
    voices: Annotated[Path, typer.Option(help="Folder of recordings: corpora, or one with a MANIFEST.csv.")],
    base: Annotated[
        Path | None, typer.Option(envvar="VSR_BASE", help="Base model; without it the one that ships.")
    ] = None,
    shares: Annotated[str, typer.Option(help="Percent of malicious machines, comma between.")] = "0,5,10,20,30",
    attacks: Annotated[str, typer.Option(help="Which, comma between; all without a word.")] = "",
    machines: Annotated[int, typer.Option(min=4, max=500, help="Machines in the federation.")] = 20,
    clips: Annotated[int, typer.Option(min=4, max=500, help="Recordings each learns from.")] = 16,
    rounds: Annotated[int, typer.Option(min=1, max=200, help="Rounds from the base on.")] = 8,
    groups: Annotated[int, typer.Option(min=1, max=100, help="Sums that a cohort is drawn into.")] = 5,
    clip_norm: Annotated[float, typer.Option(min=0.001, help="Longest update.")] = CLIP_NORM,
    seeds: Annotated[int, typer.Option(min=1, max=50, help="Draws of people and conspirators.")] = 3,
    threads: Annotated[int, typer.Option(min=0, help="Trainings at once; 0 for as many as there are cores.")] = 0,
    combinations: Annotated[
        bool, typer.Option("--combinations", help="Compare ways to combine sums instead, by one honest round.")
    ] = False,
    picture: Annotated[Path | None, typer.Option(help="PNG to draw UAR against the share to.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    cache: Annotated[Path, typer.Option(help="Folder for what the trunk hears, once.")] = Path("build/poison"),
) -> None:
    """Let machines lie in a federation of real voices; people whom the base never heard judge what comes of it."""
    from rich.console import Console

    from vsr_server.corpora.read import read_corpora
    from vsr_shared.find_base import BaseChoice, about, find_base
    from vsr_simulations.poisoning.cast import draw_cast, roles
    from vsr_simulations.poisoning.combinations import compare, honest_updates
    from vsr_simulations.poisoning.report import draw_poison, poison_table, pull_table
    from vsr_simulations.poisoning.study import Plan, run_study
    from vsr_simulations.poisoning.trial import Setting

    notes = Console(stderr=True, highlight=False)
    found = find_base(BaseChoice(base, cache, offline=True), lambda line: notes.print(line, markup=False))
    who = roles(read_corpora(voices), found, machines)
    notes.print(about(found), markup=False)
    notes.print(
        f"{machines} machines of {len(who.machines)} people, {len(who.heard)} of whom the base learnt from; the gate "
        f"judges by {', '.join(who.validation)}; figures are of {', '.join(who.judges)}, whom it never heard",
        markup=False,
    )
    setting = Setting(rounds, machines, clips, groups, threads=threads)
    if combinations:
        cast = draw_cast(found, voices, cache, machines, clips, 1)
        pulls = compare(honest_updates(cast, setting.local), _shares(shares), groups, clip_norm)
        Console(highlight=False).print(pull_table(pulls))
        return
    plan = Plan(_shares(shares), _attacks(attacks), tuple(range(1, seeds + 1)), clip_norm, setting=setting)

    def tell(done: int, of: int) -> None:
        notes.print(f"{done} of {of} federations", markup=False)

    rows = run_study(found, voices, cache, plan, tell)
    if as_json:
        said = {"base": found.id, "heard": who.heard, "judges": who.judges, "validation": who.validation}
        typer.echo(json.dumps(said | {"rows": [row.to_dict() for row in rows]}, allow_nan=False))
    else:
        Console(highlight=False, width=None if sys.stdout.isatty() else 140).print(poison_table(rows))
    if picture is not None:
        draw_poison(rows, picture)
        notes.print(f"drawn: {picture}", markup=False)


def _shares(text: str) -> tuple[float, ...]:
    try:
        shares = tuple(sorted({float(part) / 100 for part in text.split(",")}))
    except ValueError:
        raise UsageError(f"--shares takes percents with commas between, such as 0,10,30, not {text!r}") from None
    if not 0 <= shares[0] <= shares[-1] < 1:
        raise UsageError(f"--shares lie from 0 to below 100 percent, not {text}")
    return shares


def _attacks(text: str) -> "tuple[Kind, ...]":
    from vsr_simulations.poisoning.attack import ATTACKS

    asked = {part.strip() for part in text.split(",") if part.strip()}
    if unknown := asked - set(ATTACKS):
        raise UsageError(f"no attack {', '.join(sorted(unknown))}; there are {', '.join(ATTACKS)}")
    return tuple(kind for kind in ATTACKS if not asked or kind in asked)
