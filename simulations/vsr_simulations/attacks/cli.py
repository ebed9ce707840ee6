"""`vsr-simulate attack`: what whoever runs the server learns of people from what it sees of their updates."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer


def attack(
    voices: Annotated[Path | None, typer.Option(help="Folder of recordings with a MANIFEST.csv.")] = None,
    base: Annotated[
        Path | None, typer.Option(envvar="VSR_BASE", help="Base model; without it the one that ships.")
    ] = None,
    corpora: Annotated[str, typer.Option(help="Attack people of these alone, comma between.")] = "",
    generated: Annotated[int, typer.Option(min=0, help="So many made-up people more to learn from.")] = 0,
    draws: Annotated[int, typer.Option(min=4, max=200, help="Updates of each attacked person.")] = 12,
    clips: Annotated[int, typer.Option(min=2, max=500, help="Recordings in an update.")] = 10,
    clip_norm: Annotated[float, typer.Option(min=1e-6, help="Length that clipped updates are shortened to.")] = 0.2,
    games: Annotated[int, typer.Option(min=2, help="Games of the canary audit, for each noise.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same updates.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    out: Annotated[Path, typer.Option(help="Folder for results; a stopped run goes on from it.")] = Path(
        "build/attack"
    ),
    cache: Annotated[Path, typer.Option(help="Folder for what the trunk heard.")] = Path("build/kept"),
) -> None:
    """Guess people's gender, voice, mood and activations from updates: plain, clipped, noisy, summed and masked."""
    from rich.console import Console

    from vsr_shared.find_base import BaseChoice, about, find_base
    from vsr_simulations.attacks.cast import cast_of
    from vsr_simulations.attacks.drawn_updates import Amounts
    from vsr_simulations.attacks.report import as_rows, audit_table, draw, inverted_table, told_table
    from vsr_simulations.attacks.study import Plan, run_study
    from vsr_simulations.showing import showing_progress

    notes = Console(stderr=True, highlight=False)
    found = find_base(BaseChoice(base, cache / "bases", offline=True), lambda line: notes.print(line, markup=False))
    notes.print(about(found), markup=False)
    plan = Plan(Amounts.of(draws, clips), clip_norm=clip_norm, games=games, seed=seed)
    names = [name.strip() for name in corpora.split(",") if name.strip()]
    with showing_progress(notes) as tell:
        cast = cast_of(found, voices, cache, corpora=names, generated=generated, seed=seed, on_progress=tell)
        attacked = ", ".join(cast.people[one].name for one in cast.attacked)
        notes.print(f"attacked: {attacked}; learnt from: {len(cast.people) - 1} others", markup=False)
        outcome = run_study(cast, plan, out, tell)
    (out / "attack.json").write_text(json.dumps(as_rows(outcome), indent=1, allow_nan=False) + "\n")
    draw(outcome, out / "attack.png")
    if as_json:
        typer.echo(json.dumps(as_rows(outcome), allow_nan=False))
    else:
        screen = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
        for table in (told_table(outcome.told), inverted_table(outcome), audit_table(outcome.audits)):
            screen.print(table)
    notes.print(f"{out / 'attack.json'}, {out / 'attack.png'}", markup=False)
