"""`vsr-simulate privacy`: what noise costs, on real voices or on generated people."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vsr_shared.errors import UsageError

if TYPE_CHECKING:
    from vsr_shared.base import Base
    from vsr_simulations.engine.heard import Population


def privacy(
    voices: Annotated[Path | None, typer.Option(help="Folder of recordings with a MANIFEST.csv.")] = None,
    generated: Annotated[int, typer.Option(min=0, help="So many made-up speakers instead of voices.")] = 0,
    base: Annotated[
        Path | None, typer.Option(envvar="VSR_BASE", help="Base model; without it the one that ships.")
    ] = None,
    corpora: Annotated[str, typer.Option(help="Corpora, comma between; else all whom the base never heard.")] = "",
    shared: Annotated[str, typer.Option(help="What is shared, comma between.")] = "tail and head,last layer",
    people: Annotated[str, typer.Option(help="People in a round, comma between.")] = "10,100,1000,10000,1000000",
    epsilons: Annotated[str, typer.Option(help="Epsilon of all rounds together, comma between.")] = "1,4,8",
    delta: Annotated[float, typer.Option(help="At most 1 over the most people.")] = 1e-6,
    trained: Annotated[int, typer.Option(min=2, help="People trained a round, who stand for all.")] = 24,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same figures.")] = 1,
    picture: Annotated[Path | None, typer.Option(help="PNG to draw to.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    cache: Annotated[Path, typer.Option(help="Folder of what is kept: a run that was ended goes on.")] = Path(
        "build/privacy"
    ),
) -> None:
    """Train people together with noise and judge the model by speakers nobody learnt from."""
    from rich.console import Console

    from vsr_shared.find_base import BaseChoice, find_base
    from vsr_simulations.engine.rounds import Start
    from vsr_simulations.privacy.report import draw, table_of
    from vsr_simulations.privacy.study import StudyPlan, run_study

    notes = Console(stderr=True, highlight=False)
    plan = StudyPlan(
        parts=tuple(part.strip() for part in shared.split(",")),
        people=tuple(int(count) for count in _numbers("--people", people)),
        epsilons=_numbers("--epsilons", epsilons),
        delta=delta,
        trained=trained,
        seed=seed,
    )
    found = find_base(BaseChoice(base, cache / "bases", offline=True), lambda line: notes.print(line, markup=False))
    population = _population(found, voices, generated, corpora, cache, seed)
    if len(population) < plan.folds:
        raise UsageError(f"{len(population)} speakers are too few; {plan.folds} are needed, a part of them held out")
    start = Start(found.trainable, found.frozen)

    def tell(what: str, done: int, of: int) -> None:
        notes.print(f"{what}: {done} of {of}", end="\r")

    points = list(run_study(population, start, plan, cache / "privacy.json", tell))
    if as_json:
        about = {"base": found.id, "speakers": len(population), "plan": asdict(plan)}
        typer.echo(json.dumps({**about, "points": [asdict(point) for point in points]}))
    else:
        Console(highlight=False, width=None if sys.stdout.isatty() else 140).print(table_of(points))
    if picture:
        draw(points, picture)
        notes.print(f"drawn: {picture}", markup=False)


def _population(
    base: "Base", voices: Path | None, generated: int, corpora: str, cache: Path, seed: int
) -> "Population":
    from vsr_simulations.populations.generated_activations import GeneratedActivations
    from vsr_simulations.populations.recorded import recorded_population

    if generated:
        return GeneratedActivations(seed, generated, base.frozen)
    if voices is None:
        raise UsageError("name the recordings with --voices, or made-up speakers with --generated")
    names = [name.strip() for name in corpora.split(",") if name.strip()]
    return recorded_population(base, voices, cache, corpora=names)


def _numbers(option: str, text: str) -> tuple[float, ...]:
    """Return the numbers in `text`, each above 0; UsageError otherwise."""
    try:
        numbers = tuple(sorted({float(part) for part in text.split(",")}))
    except ValueError:
        raise UsageError(f"{option} takes numbers with commas between, not {text!r}") from None
    if numbers[0] <= 0:
        raise UsageError(f"{option} takes numbers above 0, not {text!r}")
    return numbers
