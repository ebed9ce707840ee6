"""What is run, in a folder: every process of the engine, on whichever machine, reads the same."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from vsr_shared.base import read_base
from vsr_shared.errors import UsageError
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.weights import from_bytes, to_bytes
from vsr_simulations.compare.methods import METHODS
from vsr_simulations.engine.heard import Population
from vsr_simulations.engine.method import Method
from vsr_simulations.engine.own_state import OwnState
from vsr_simulations.engine.people_training import Machines
from vsr_simulations.engine.rounds import RoundSettings, Start
from vsr_simulations.populations.generated_activations import GeneratedActivations
from vsr_simulations.populations.recorded import recorded_population

_PLAN: Final = "plan.json"
_START: Final = "start.safetensors"
ROUNDS: Final = "rounds"
"""The folder, beside the plan, where a run's state lies."""


@dataclass(frozen=True)
class Plan:
    """A run, in words that another process understands."""

    people: Mapping[str, Any]
    """`{"kind": "generated", "seed", "count", "clips", "positions"}`, or `{"kind": "recorded", "base", "voices",
    "cache"}` (absolute paths) with `corpora` or `speakers`, and `turn`."""
    method: str
    """By its name in `compare.methods`."""
    settings: RoundSettings
    seed: int

    def chosen_method(self) -> Method:
        """Return the method; UsageError where no method has that name, or nothing of it ever travels."""
        known = {method.name: method for method in METHODS if method.local}
        if self.method not in known:
            raise UsageError(f"no method {self.method} has rounds; there are {', '.join(known)}")
        return known[self.method]

    def population(self, start: Start) -> Population:
        """Return the people; UsageError where they are of no kind that is known."""
        kind, given = self.people.get("kind"), {key: self.people[key] for key in self.people if key != "kind"}
        if kind == "generated":
            positions = tuple(given.pop("positions", (2, 2)))
            return GeneratedActivations(frozen=start.frozen, positions=positions, **given)
        if kind == "recorded":
            base, voices, cache = (Path(given.pop(name)) for name in ("base", "voices", "cache"))
            return recorded_population(read_base(base.read_bytes()), voices, cache, **given)
        raise UsageError(f"people are generated or recorded, not {kind!r}")

    def machines(self, start: Start, folder: Path) -> Machines:
        """Return people's machines, whose own arrays lie below `folder`."""
        own = OwnState(folder / ROUNDS / "own")
        return Machines(start.frozen, self.chosen_method(), self.settings.local, self.seed, own)


def write_plan(folder: Path, plan: Plan, start: Start) -> None:
    """Put a plan and what its rounds start from into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = {"weights": start.weights, "frozen": start.frozen}
    named = {f"{part}/{name}": array for part, arrays in parts.items() for name, array in arrays.items()}
    (folder / _START).write_bytes(to_bytes(named))
    (folder / _PLAN).write_text(json.dumps(asdict(plan), indent=1))


def read_plan(folder: Path) -> tuple[Plan, Start]:
    """Return what `write_plan` was given."""
    said = json.loads((folder / _PLAN).read_text())
    settings = said["settings"]
    local = LocalTraining(**settings.pop("local"))
    plan = Plan(said["people"], said["method"], RoundSettings(local=local, **settings), said["seed"])
    named = from_bytes((folder / _START).read_bytes())
    weights, frozen = (
        {name.removeprefix(part): array for name, array in named.items() if name.startswith(part)}
        for part in ("weights/", "frozen/")
    )
    return plan, Start(weights, frozen)
