"""Rounds: a cohort is drawn, trained, combined, and the common model moves.

In process a cohort is batched arithmetic; `flower_engine` trains it in Flower's processes and is the same in all else.
"""

import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from vsr_shared.errors import UsageError
from vsr_shared.learning.fed_avg import ServerState
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.weights import Weights, digest
from vsr_simulations.engine.cohort import GROUP, groups, in_groups
from vsr_simulations.engine.drifting import in_round
from vsr_simulations.engine.heard import Population
from vsr_simulations.engine.kept_features import KeptFeatures
from vsr_simulations.engine.method import Method
from vsr_simulations.engine.own_state import OwnState
from vsr_simulations.engine.people_training import Asked, Machines, shared_part
from vsr_simulations.engine.round_updates import Hooks, Members, RoundUpdates
from vsr_simulations.engine.run_state import keep_round, open_run
from vsr_simulations.engine.time_left import Progress


@dataclass(frozen=True)
class RoundSettings:
    """How rounds run."""

    rounds: int = 20
    cohort: int = 10
    """People drawn for a round, without anybody twice; all where there are fewer."""
    local: LocalTraining = field(default_factory=LocalTraining)
    group: int = GROUP
    """People trained in one batch; changes speed and memory alone."""
    threads: int = 0
    """Groups trained at once; 0 for as many as there are cores. Changes speed and memory alone."""

    def __post_init__(self) -> None:
        if min(self.rounds, self.cohort, self.group) < 1 or self.threads < 0:
            raise UsageError("rounds, cohort and group must be 1 or more, threads 0 or more")


@dataclass(frozen=True)
class Start:
    """What the rounds start from: a base's tail and head and what is frozen in them, no leading axis."""

    weights: Weights
    frozen: Weights


@dataclass(frozen=True)
class RoundReport:
    """What a round came to."""

    progress: Progress
    members: tuple[int, ...]
    """Who answered."""
    silent: int
    """How many were drawn and did not."""
    clips: int
    figures: dict[str, float]
    """What the server's algorithm says of its step."""
    state: ServerState
    """The server's state after the round; `state.weights` is the common model."""


@dataclass(frozen=True)
class Outcome:
    """Where the rounds ended."""

    state: ServerState
    own: OwnState
    """What people keep; `judge` in `evaluation` asks for it."""
    rounds: int
    client_rounds: int
    """Trainings of one person in one round, by this run alone."""
    seconds: float
    """Of this run alone."""


def run_rounds(
    population: Population,
    start: Start,
    method: Method,
    settings: RoundSettings,
    *,
    seed: int,
    hooks: Hooks | None = None,
    on_round: Callable[[RoundReport], None] | None = None,
    keep: Path | None = None,
    train: Callable[[Asked], RoundUpdates] | None = None,
) -> Outcome:
    """Run the rounds of `method` from `start` and return where they end. The same seed gives the same numbers.

    `on_round` hears of every round; what it raises ends the run. With `keep`, a folder, the state is there after each
    round, and the same call goes on behind the last one (give the same `hooks`: they cannot be checked).
    Memory holds one cohort, whatever the population's size. UsageError where `keep` holds another run. `train` trains a
    cohort and keeps what stays with its people, as `Machines` does; this process where None.
    """
    hooks = hooks or Hooks()
    found = open_run(keep, _what(population, start, method, settings, seed)) if keep else None
    base = {**start.weights, **method.beside}
    done, state = found or (0, method.server.init(shared_part(base, method)))
    own = OwnState(keep / "own" if keep else None)
    # People who drift have other clips in the next round.
    once = method.tail_rests and in_round(population, 1) is population
    at_rest = KeptFeatures(start.weights, start.frozen, keep / "features" if keep else None) if once else None
    machines = Machines(start.frozen, method, settings.local, seed, own, hooks.lessons, at_rest)
    begun, before, trained = time.monotonic(), done, 0
    # The server's own products on several threads leave these waiting at full speed, beside the groups that train.
    with threadpool_limits(1, user_api="blas"):
        for number in range(done + 1, settings.rounds + 1 if method.local else 0):
            people = machines.people(population, number)
            members = _cohort(len(people), settings.cohort, seed, number)
            silent = hooks.silent(number, members)
            answering, clips = members[~silent], 0
            figures: dict[str, float] = {}
            if len(answering):
                asked = Asked(number, answering, {**base, **state.weights})
                updates = train(asked) if train else _train(people, machines, settings, asked)
                clips, trained = int(updates.clips.sum()), trained + len(answering)
                state, figures = method.server.apply(state, hooks.combine(hooks.updates(updates)))
            if keep:
                keep_round(keep, number, state)
            progress = Progress("rounds", number, settings.rounds, time.monotonic() - begun, before)
            if on_round:
                on_round(RoundReport(progress, tuple(map(int, answering)), int(silent.sum()), clips, figures, state))
    return Outcome(state, own, max(done, settings.rounds), trained, time.monotonic() - begun)


def _train(people: Population, machines: Machines, settings: RoundSettings, asked: Asked) -> RoundUpdates:
    """Train the cohort in this process, in groups."""
    clips = [machines.clips(people, int(member)) for member in asked.members]
    shared = shared_part(asked.common, machines.method)
    deltas = {name: np.zeros((len(clips), *array.shape), np.float32) for name, array in shared.items()}

    def work(places: list[int]) -> None:
        some = machines.train(replace(asked, members=asked.members[places]), [clips[place] for place in places])
        for name, array in some.items():
            deltas[name][places] = array

    in_groups(work, groups(clips, settings.group), settings.threads or len(os.sched_getaffinity(0)))
    counts = np.array([len(one) for one in clips], np.int64)
    return RoundUpdates(asked.round, asked.members, shared, deltas, counts)


def _cohort(people: int, size: int, seed: int, number: int) -> Members:
    """Return who is asked in this round, in the order of their numbers."""
    random = np.random.default_rng([seed, number])
    return np.sort(random.choice(people, min(size, people), replace=False)).astype(np.intp)


def _what(
    population: Population, start: Start, method: Method, settings: RoundSettings, seed: int
) -> dict[str, object]:
    """Return what makes a run this one: all that changes its numbers, but the hooks and how many rounds it has."""
    return {
        "population": population.name,
        "start": digest(start.weights),
        "method": method.name,
        "cohort": settings.cohort,
        "local": asdict(settings.local),
        "seed": seed,
    }
