"""Everybody in turn is the newcomer: the others learn together from all their clips, then the newcomer brings few.

No sentence that judges anybody is taught by anybody; both halves of the sentences are taught in turn.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from vsr_client.one_thread import one_thread
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.weights import Weights
from vsr_simulations.engine.heard import Part, Population
from vsr_simulations.engine.rounds import RoundSettings, Start, run_rounds
from vsr_simulations.engine.time_left import Progress
from vsr_simulations.methods.fed_voice import FED_VOICE
from vsr_simulations.newcomers.ways import SHIPPED_WAYS, serve
from vsr_simulations.populations.altered import FewClips


@dataclass(frozen=True)
class Plan:
    """What is run."""

    clips: tuple[int, ...] = (0, 1, 2, 5, 10, 20, 30)
    seeds: tuple[int, ...] = (1, 2, 3)
    """Of the rounds and of which clips the newcomer brings."""
    rounds: RoundSettings = field(
        default_factory=lambda: RoundSettings(10, 1000, LocalTraining(epochs=2, learning_rate=3e-4))
    )
    trained: tuple[int, ...] = (10, 20, 30)
    """Numbers of clips with which what ships is judged too, which trains on them and takes most of the time."""


@dataclass(frozen=True)
class Trial:
    """One newcomer, one half of the sentences, one seed, so many clips."""

    user: str
    turn: int
    seed: int
    clips: int
    figures: dict[str, dict[str, float]]
    """By way, then by figure."""


def run_study(
    turns: Sequence[Population], start: Start, plan: Plan, out: Path, tell: Callable[[Progress], None]
) -> Iterator[Trial]:
    """Yield every trial; those that `out` holds from an earlier run are read, the others are written there."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "trials.jsonl"
    known = {_key(trial): trial for trial in _read(path)}
    planned = [
        (turn, seed, member) for seed in plan.seeds for turn in range(len(turns)) for member in range(len(turns[turn]))
    ]
    started, before = monotonic(), 0
    for done, (turn, seed, member) in enumerate(planned, 1):
        name = turns[turn][member].name
        missing = [count for count in plan.clips if not _whole(known.get((name, turn, seed, count)), count, plan)]
        if missing:
            common = _others_learn(turns[turn], member, start, plan, seed, out / f"{name}-{turn}-{seed}")
            for count in missing:
                trial = _judge(turns[turn], member, turn, seed, count, start, common, count in plan.trained)
                known[_key(trial)] = trial
                with path.open("a") as file:
                    file.write(json.dumps(asdict(trial)) + "\n")
        else:
            before = done
        yield from (known[name, turn, seed, count] for count in plan.clips)
        tell(Progress("newcomers", done, len(planned), monotonic() - started, before))


def _others_learn(people: Population, newcomer: int, start: Start, plan: Plan, seed: int, keep: Path) -> Weights:
    others = Part(people, tuple(member for member in range(len(people)) if member != newcomer))
    outcome = run_rounds(others, start, FED_VOICE, plan.rounds, seed=seed, keep=keep)
    return outcome.state.weights


def _judge(
    people: Population,
    member: int,
    turn: int,
    seed: int,
    count: int,
    start: Start,
    common: Weights,
    trained: bool,
) -> Trial:
    user = FewClips(people, count, seed)[member]
    others = [people[other].teach for other in range(len(people)) if other != member]
    with one_thread():
        found = serve(start.weights, common, start.frozen, user, others, seed, trained)
    figures = {way: {key: float(value) for key, value in asdict(one).items()} for way, one in found.items()}
    return Trial(user.name, turn, seed, count, figures)


def _whole(trial: Trial | None, count: int, plan: Plan) -> bool:
    """Say whether a trial has all the ways that the plan asks for."""
    return trial is not None and (count not in plan.trained or set(SHIPPED_WAYS) <= set(trial.figures))


def _key(trial: Trial) -> tuple[str, int, int, int]:
    return trial.user, trial.turn, trial.seed, trial.clips


def _read(path: Path) -> Iterator[Trial]:
    """Yield the trials of whole lines."""
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            fields: dict[str, Any] = json.loads(line)
        except ValueError:
            continue
        yield Trial(**fields)
