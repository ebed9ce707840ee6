"""Every method by the same people with the same few clips each, who all take part in the rounds."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final

from vsr_client.teaching import PERSONAL_TRAINING
from vsr_shared.learning.local_training import LocalTraining
from vsr_simulations.engine.evaluation import FIGURES, evaluate_method
from vsr_simulations.engine.heard import Population
from vsr_simulations.engine.method import Method
from vsr_simulations.engine.rounds import RoundSettings, Start, run_rounds
from vsr_simulations.engine.time_left import Progress
from vsr_simulations.methods.alone import BASE_ALONE, LOCAL_ONLY
from vsr_simulations.methods.apfl import apfl
from vsr_simulations.methods.ditto import ditto
from vsr_simulations.methods.fed_avg import FED_AVG, FINE_TUNED, SHIPPED
from vsr_simulations.methods.fed_babu import fed_babu
from vsr_simulations.methods.fed_per import fed_per
from vsr_simulations.methods.fed_prox import fed_prox
from vsr_simulations.methods.fed_rep import fed_rep
from vsr_simulations.methods.fed_voice import FED_VOICE
from vsr_simulations.populations.altered import FewClips

METHODS: Final[tuple[Method, ...]] = (
    BASE_ALONE,
    LOCAL_ONLY,
    FED_AVG,
    fed_prox(),
    FINE_TUNED,
    fed_per(),
    fed_rep(),
    fed_babu(),
    ditto(),
    apfl(),
    SHIPPED,
    FED_VOICE,
)


@dataclass(frozen=True)
class Plan:
    """What is run."""

    clips: tuple[int, ...] = (10, 30)
    seeds: tuple[int, ...] = (1, 2, 3)
    rounds: RoundSettings = field(
        default_factory=lambda: RoundSettings(10, 1000, LocalTraining(epochs=2, learning_rate=3e-4))
    )
    tuning: LocalTraining = PERSONAL_TRAINING
    """How a method learns from a person's clips after the rounds."""


@dataclass(frozen=True)
class Judgement:
    """One person by one method, with so many clips, one seed, one half of the sentences."""

    method: str
    user: str
    turn: int
    seed: int
    clips: int
    figures: dict[str, float]


def compare(
    turns: Sequence[Population],
    start: Start,
    plan: Plan,
    out: Path,
    tell: Callable[[Progress], None],
    methods: Sequence[Method] = METHODS,
) -> Iterator[Judgement]:
    """Yield every judgement; those that `out` holds from an earlier run are read, the others are written there."""
    out.mkdir(parents=True, exist_ok=True)
    planned = [
        (method, turn, seed, count)
        for seed in plan.seeds
        for count in plan.clips
        for turn in range(len(turns))
        for method in methods
    ]
    started, before = monotonic(), 0
    for done, (method, turn, seed, count) in enumerate(planned, 1):
        path = out / f"{method.name.replace(' ', '-')}-{count}-{turn}-{seed}.json"
        if path.exists():
            before = done
        else:
            found = _judged(FewClips(turns[turn], count, seed), start, method, plan, turn, seed, count)
            partial = path.with_suffix(".partial")
            partial.write_text(json.dumps([asdict(one) for one in found]))
            partial.replace(path)
        yield from (Judgement(**fields) for fields in json.loads(path.read_text()))
        tell(Progress("methods", done, len(planned), monotonic() - started, before))


def _judged(
    people: Population, start: Start, method: Method, plan: Plan, turn: int, seed: int, count: int
) -> list[Judgement]:
    outcome = run_rounds(people, start, method, plan.rounds, seed=seed)
    found = evaluate_method(people, start, method, outcome, plan.rounds, seed=seed, tuning=plan.tuning)
    return [
        Judgement(method.name, user.name, turn, seed, count, {name: getattr(user.scores, name) for name in FIGURES})
        for user in found.users
    ]
