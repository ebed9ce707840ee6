"""Utility against epsilon: rounds with noise among people of some speakers, judged by speakers nobody learnt from."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np

from vsr_shared.errors import UsageError
from vsr_simulations.engine.evaluation import evaluate_common
from vsr_simulations.engine.heard import HeardUser, Part, Population
from vsr_simulations.engine.round_updates import Hooks
from vsr_simulations.engine.rounds import RoundSettings, Start, run_rounds
from vsr_simulations.privacy.drawn_people import DrawnPeople
from vsr_simulations.privacy.noisy_mean import Noise, multiplier_for, noisy_mean
from vsr_simulations.privacy.shared_parts import PARTS, SharedPart

FIGURES: Final = ("uar", "auroc", "nll")
NO_NOISE: Final = 0.0
"""Stands for an epsilon without end."""


@dataclass(frozen=True)
class StudyPlan:
    """What is tried: every part with every number of people and every epsilon."""

    parts: tuple[str, ...] = ("tail and head", "last layer")
    people: tuple[int, ...] = (10, 100, 1_000, 10_000, 1_000_000)
    epsilons: tuple[float, ...] = (1.0, 4.0, 8.0)
    """Of all rounds together; rounds without noise are always run beside."""
    delta: float = 1e-6
    trained: int = 24
    """People whose mean update stands for that of all: what more people would even out is not counted."""
    clips: int = 10
    """Recordings of each."""
    folds: int = 3
    """The speakers are held out in so many turns."""
    seed: int = 1

    def __post_init__(self) -> None:
        if unknown := set(self.parts) - set(PARTS):
            raise UsageError(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
        if max(self.people) * self.delta > 1:
            raise UsageError(f"delta must be at most 1 over the people, {1 / max(self.people):g}, not {self.delta:g}")


@dataclass(frozen=True)
class Point:
    """One way to share and to add noise, averaged over the held-out speakers of all turns."""

    part: str
    numbers: int
    people: int
    """0 where there is no noise: it is then the same for any number."""
    epsilon: float
    """0 without noise."""
    noise_multiplier: float
    rounds: int
    figures: Mapping[str, float]
    start: Mapping[str, float]
    """The same people's figures before the first round."""


def run_study(
    population: Population, start: Start, plan: StudyPlan, keep: Path, tell: Callable[[str, int, int], None]
) -> Iterator[Point]:
    """Yield every point as it is done; those that `keep`, a JSON file, holds already are not run again."""
    known = json.loads(keep.read_text()) if keep.exists() else {}
    wanted = [*product(plan.parts, (0,), (NO_NOISE,)), *product(plan.parts, plan.people, plan.epsilons)]
    for done, (name, people, target) in enumerate(wanted, 1):
        part = PARTS[name]
        multiplier = multiplier_for(target, part.rounds, plan.delta) if target else 0.0
        key = json.dumps([population.name, asdict(part.local), name, people, target, plan.delta, *_drawn(plan)])
        if key not in known:
            noise = Noise(multiplier, plan.delta, people)
            known[key] = _over_turns(population, start, plan, part, noise)
            keep.parent.mkdir(parents=True, exist_ok=True)
            keep.write_text(json.dumps(known, indent=1) + "\n")
        tell("points", done, len(wanted))
        figures, before = known[key]
        size = part.size(start.weights)
        yield Point(name, size, people, target, multiplier, part.rounds, figures, before)


def _drawn(plan: StudyPlan) -> tuple[int, ...]:
    return plan.trained, plan.clips, plan.folds, plan.seed


def _over_turns(
    population: Population, start: Start, plan: StudyPlan, part: SharedPart, noise: Noise
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the held-out speakers' figures after and before, each speaker held out once."""
    after: list[dict[str, float]] = []
    before: list[dict[str, float]] = []
    for turn in range(plan.folds):
        held_out = tuple(range(turn, len(population), plan.folds))
        speakers = tuple(population[place] for place in range(len(population)) if place not in held_out)
        tested = Part(population, held_out)
        weights = _rounds(speakers, start, plan, part, noise, turn)
        for found, judged in ((after, weights), (before, start.weights)):
            evaluation = evaluate_common(tested, judged, start.frozen)
            found += [{name: getattr(user.scores, name) for name in FIGURES} for user in evaluation.users]
    return _means(after), _means(before)


def _rounds(
    speakers: Sequence[HeardUser], start: Start, plan: StudyPlan, part: SharedPart, noise: Noise, turn: int
) -> Mapping[str, np.ndarray]:
    trained = min(plan.trained, noise.people or plan.trained)
    drawn = DrawnPeople(tuple(speakers), max(10 * plan.trained, len(speakers)), plan.clips, plan.seed)
    settings = RoundSettings(part.rounds, trained, part.local)
    hooks = Hooks(combine=noisy_mean(noise, part.clip_norm, plan.seed + 1_000 * turn))
    outcome = run_rounds(drawn, start, part.method, settings, seed=plan.seed, hooks=hooks)
    return {**start.weights, **outcome.state.weights}


def _means(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: float(np.nanmean([one[name] for one in found])) for name in FIGURES}
