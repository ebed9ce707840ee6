"""`vsr-simulate flower`: rounds by Flower's simulation runtime on Ray, and how far they lie from the first engine's."""

import json
from pathlib import Path
from typing import Annotated

import typer


def flower(
    users: Annotated[int, typer.Option(min=1, help="Generated users; not looked at with --voices.")] = 100,
    clips: Annotated[int, typer.Option(min=2, help="Clips of each generated user, an even number.")] = 30,
    voices: Annotated[
        Path | None, typer.Option(help="Recordings with a MANIFEST.csv, instead of users made up.")
    ] = None,
    corpus: Annotated[str, typer.Option(help="With --voices: corpora that the base never heard.")] = "nemo",
    base: Annotated[
        Path | None, typer.Option(envvar="VSR_BASE", help="Base model; with --voices one is needed.")
    ] = None,
    method: Annotated[str, typer.Option(help="Method by name, as `compare` calls it.")] = "fedavg",
    rounds: Annotated[int, typer.Option(min=1, help="Rounds.")] = 5,
    cohort: Annotated[int, typer.Option(min=1, help="Users a round.")] = 10,
    seed: Annotated[int, typer.Option(help="Seed of cohorts and of training.")] = 1,
    beside: Annotated[
        bool, typer.Option(help="The same rounds in process too, and how far the models differ.")
    ] = False,
    cores: Annotated[int, typer.Option(min=0, help="Ray's actors, one core each; 0 for all of this machine.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder of the run; a stopped one goes on from it.")] = Path("build/flower"),
) -> None:
    """Run rounds as Flower's ServerApp and ClientApp, on this machine or on the Ray cluster at RAY_ADDRESS."""
    from rich.console import Console

    from vsr_shared.base import read_base
    from vsr_shared.errors import UsageError
    from vsr_shared.learning.local_training import LocalTraining
    from vsr_shared.shipped_base import read_shipped
    from vsr_simulations.engine.rounds import RoundSettings, Start, run_rounds
    from vsr_simulations.flower_engine.plan import Plan
    from vsr_simulations.flower_engine.runtime import run_on_flower
    from vsr_simulations.showing import showing_progress

    if voices and not base:
        raise UsageError("--voices needs --base, a base that never heard these people")
    found = read_base(base.read_bytes()) if base else read_shipped()
    people: dict[str, object] = {"kind": "generated", "seed": 1, "count": users, "clips": clips}
    if voices and base:
        places = {"base": str(base.absolute()), "voices": str(voices.absolute())}
        cache = str((out.parent / "kept").absolute())
        people = {"kind": "recorded", **places, "cache": cache, "corpora": corpus.split(",")}
    start, settings = Start(found.trainable, found.frozen), RoundSettings(rounds, cohort, LocalTraining())
    plan = Plan(people, method, settings, seed)
    with showing_progress(Console(stderr=True, highlight=False)) as tell:
        outcome = run_on_flower(out, plan, start, tell, cores)
    said: dict[str, object] = {
        "rounds": rounds,
        "cohort": cohort,
        "method": method,
        "client_rounds": outcome.client_rounds,
        "seconds": round(outcome.seconds, 1),
    }
    typer.echo(f"{outcome.client_rounds} client-rounds in {outcome.seconds:.0f} s, Flower's start and end with them")
    if beside:
        ours = run_rounds(plan.population(start), start, plan.chosen_method(), settings, seed=seed)
        apart = max(float(abs(outcome.state.weights[name] - array).max()) for name, array in ours.state.weights.items())
        moved = max(float(abs(array - start.weights[name]).max()) for name, array in ours.state.weights.items())
        said |= {"in_process_seconds": round(ours.seconds, 1), "largest_difference": apart, "largest_move": moved}
        typer.echo(
            f"in process {ours.seconds:.1f} s; the models differ by {apart:.1e} at most, having moved {moved:.1e}"
        )
    (out / "flower.json").write_text(json.dumps(said, indent=1) + "\n")
