"""Everybody in turn is new: the others, each with a microphone of their own, learn together; then the newcomer comes
with one kind of microphone after another.

No sentence that judges anybody is taught by anybody. A person's microphone of a kind is the same in every trial.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from threadpoolctl import threadpool_limits

from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.weights import Weights
from vsr_simulations.engine.heard import Part, Population
from vsr_simulations.engine.rounds import RoundSettings, Start, run_rounds
from vsr_simulations.engine.time_left import Progress
from vsr_simulations.methods.fed_voice import FED_VOICE
from vsr_simulations.microphones.ways import serve
from vsr_simulations.populations.altered import FewClips
from vsr_simulations.populations.devices import BY_NAME, Devices

PeopleWith = Callable[[int, Devices], Population]
"""Given which half of the sentences is taught (0 or 1) and who has which device: the people, as heard by the trunk."""


@dataclass(frozen=True)
class Plan:
    """What is run."""

    kinds: tuple[str, ...] = tuple(BY_NAME)
    clips: tuple[int, ...] = (0, 10, 30)
    seeds: tuple[int, ...] = (1,)
    """Of devices, rounds and of which clips somebody brings."""
    turns: tuple[int, ...] = (0, 1)
    rounds: RoundSettings = field(
        default_factory=lambda: RoundSettings(10, 1000, LocalTraining(epochs=2, learning_rate=3e-4))
    )


@dataclass(frozen=True)
class Trial:
    """One person with one microphone, one half of the sentences, one seed, so many clips."""

    user: str
    kind: str
    turn: int
    seed: int
    clips: int
    figures: dict[str, dict[str, float]]
    """By way, then by figure."""


def run_study(
    people: PeopleWith, start: Start, plan: Plan, out: Path, tell: Callable[[Progress], None]
) -> Iterator[Trial]:
    """Yield every trial; those that `out` holds from an earlier run are read, the others are written there."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "trials.jsonl"
    known = {_key(trial): trial for trial in _read(path)}
    # What costs little comes first, so that a run that is cut short has every microphone.
    planned = [
        (count, seed, turn, kind)
        for count in plan.clips
        for seed in plan.seeds
        for turn in plan.turns
        for kind in plan.kinds
    ]
    common: dict[tuple[int, int], dict[int, Weights]] = {}
    started, before = monotonic(), 0
    for done, (count, seed, turn, kind) in enumerate(planned, 1):
        everybody = people(turn, Devices(seed, (kind,)))
        keys = [(everybody[member].name, kind, turn, seed, count) for member in range(len(everybody))]
        missing = [member for member, key in enumerate(keys) if key not in known]
        if missing:
            if (seed, turn) not in common:
                common[seed, turn] = _others_learn(people(turn, Devices(seed)), start, plan, seed, turn, out)
            few, learnt = FewClips(everybody, count, seed), common[seed, turn]

            def judge(member: int) -> Trial:
                user = few[member]  # noqa: B023
                found = serve(start.weights, learnt[member], start.frozen, user, seed)  # noqa: B023
                figures = {way: {key: float(value) for key, value in asdict(it).items()} for way, it in found.items()}
                return Trial(user.name, kind, turn, seed, count, figures)  # noqa: B023

            for trial in _at_once(judge, missing):
                known[_key(trial)] = trial
                with path.open("a") as file:
                    file.write(json.dumps(asdict(trial)) + "\n")
        else:
            before = done
        yield from (known[key] for key in keys)
        tell(Progress("microphones", done, len(planned), monotonic() - started, before))


def _at_once(judge: Callable[[int], Trial], members: Sequence[int]) -> Iterator[Trial]:
    """Yield the trials, one a core at once, each with its matrix products on one core."""
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        yield from pool.map(judge, members)


def _others_learn(people: Population, start: Start, plan: Plan, seed: int, turn: int, out: Path) -> dict[int, Weights]:
    """Return by newcomer what all the others learnt together."""
    found = {}
    for newcomer in range(len(people)):
        others = Part(people, tuple(member for member in range(len(people)) if member != newcomer))
        keep = out / f"{people[newcomer].name}-{turn}-{seed}"
        found[newcomer] = run_rounds(others, start, FED_VOICE, plan.rounds, seed=seed, keep=keep).state.weights
    return found


def _key(trial: Trial) -> tuple[str, str, int, int, int]:
    return trial.user, trial.kind, trial.turn, trial.seed, trial.clips


def _read(path: Path) -> Iterator[Trial]:
    """Yield the trials of whole lines."""
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            fields: dict[str, Any] = json.loads(line)
        except ValueError:
            continue
        yield Trial(**fields)
