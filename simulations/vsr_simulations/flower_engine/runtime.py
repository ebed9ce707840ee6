"""A run on Flower's simulation runtime, from its plan to where its rounds end."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from vsr_shared.errors import UsageError, VsrError
from vsr_simulations.engine.rounds import Outcome, Start, run_rounds
from vsr_simulations.engine.time_left import Progress
from vsr_simulations.flower_engine.plan import ROUNDS, Plan, write_plan
from vsr_simulations.flower_engine.server_app import FAILED, FINISHED, PROGRESS
from vsr_simulations.flower_engine.superlink import SimulationLink, simulation_link

RAY: Final = "2.55.1"
_LOOK_SECONDS: Final = 60.0
_PROJECT: Final = """\
[project]
name = "vsr-simulation"
version = "1.0.0"
[tool.flwr.app]
publisher = "vsr"
[tool.flwr.app.components]
serverapp = "simulated.server_app:app"
clientapp = "simulated.client_app:app"
[tool.flwr.app.config]
folder = {folder}
nodes = {nodes}
"""


def check_ray() -> None:
    """Raise UsageError, which says what to do, where ray is not installed."""
    if find_spec("ray") is None:
        raise UsageError(f"Flower's simulation engine needs ray: pip install ray=={RAY}, or VSR's extra simulations")


def run_on_flower(folder: Path, plan: Plan, start: Start, tell: Callable[[Progress], None], cores: int = 0) -> Outcome:
    """Run `plan` on Flower, as `run_rounds` with `keep` does in process; a run in `folder` is gone on from.

    `cores` is how many actors Ray has, one core each; 0 for all of this machine. With RAY_ADDRESS they are those
    of that cluster, whose machines need VSR installed and `folder` at the same path. UsageError without ray or where
    `folder` holds another run; VsrError where the run fails: Flower's logs are in `folder`.
    """
    check_ray()
    folder = folder.absolute()
    method, people = plan.chosen_method(), plan.population(start)
    nodes = min(plan.settings.cohort, len(people))
    write_plan(folder, plan, start)
    _write_app(folder / "app", folder, nodes)
    for name in (FAILED, PROGRESS, FINISHED):
        (folder / name).unlink(missing_ok=True)
    began = time.monotonic()
    with simulation_link(folder) as link:
        link.submit(folder / "app", nodes, cores or len(os.sched_getaffinity(0)))
        _watch(link, folder, tell)
    trained = int((folder / FINISHED).read_text())
    # All rounds are there: the first engine reads them, checks that they are this run's, and has nothing to train.
    outcome = run_rounds(people, start, method, plan.settings, seed=plan.seed, keep=folder / ROUNDS)
    return replace(outcome, client_rounds=trained, seconds=time.monotonic() - began)


def _write_app(app: Path, folder: Path, nodes: int) -> None:
    """Write the app that Flower is given: two names in this package, which every machine has."""
    package = app / "simulated"
    package.mkdir(parents=True, exist_ok=True)
    (app / "pyproject.toml").write_text(_PROJECT.format(folder=json.dumps(str(folder)), nodes=nodes))
    (package / "__init__.py").touch()
    for name in ("client_app", "server_app"):
        # Flower reads the file and looks for an assignment.
        code = f"from vsr_simulations.flower_engine import {name}\n\napp = {name}.app\n"
        (package / f"{name}.py").write_text(code)


def _watch(link: SimulationLink, folder: Path, tell: Callable[[Progress], None]) -> None:
    """Tell of each round until the run is over; VsrError where it fails."""
    last: Progress | None = None
    looked = time.monotonic()
    while not (folder / FINISHED).exists():
        time.sleep(0.2)
        if (folder / FAILED).exists():
            raise VsrError(f"Flower's run failed: {(folder / FAILED).read_text()}; its logs are in {folder}")
        now = Progress(**json.loads((folder / PROGRESS).read_text())) if (folder / PROGRESS).exists() else None
        if now and now != last:
            last, looked = now, time.monotonic()
            tell(now)
        if time.monotonic() > looked + _LOOK_SECONDS:
            looked = time.monotonic()
            if link.ended() and not ((folder / FINISHED).exists() or (folder / FAILED).exists()):
                link.keep_log()
                raise VsrError(f"Flower's run ended before its rounds did; its logs are in {folder}")
