"""How well people are served: each judged by recordings of their own that nobody learnt from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vsr_shared.learning.common_voice import split_voice
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.learning.memory import split_memory
from vsr_shared.learning.odds import recording_means
from vsr_shared.metrics import Probabilities, Scores, scores
from vsr_shared.prediction import judged
from vsr_shared.weights import Weights
from vsr_simulations.engine.cohort import seeds_of
from vsr_simulations.engine.drifting import in_round
from vsr_simulations.engine.heard import HeardClips, HeardUser, Population
from vsr_simulations.engine.method import Judged, Method
from vsr_simulations.engine.rounds import Outcome, RoundSettings, Start

FIGURES: Final = ("uar", "auroc", "nll", "ece")


@dataclass(frozen=True)
class UserScores:
    """One person's figures on their held-out recordings; NaN where these have one polarity alone."""

    name: str
    corpus: str
    scores: Scores


@dataclass(frozen=True)
class Evaluation:
    """Everybody's."""

    users: tuple[UserScores, ...]

    def mean(self, figure: str) -> float:
        """Return a figure's mean over those people who have it; NaN where nobody has."""
        values = self.values(figure)
        return float(values.mean()) if len(values) else float("nan")

    @property
    def worst_tenth(self) -> float:
        """Mean UAR of the tenth of people served worst, one person at least; NaN where nobody has any."""
        values = np.sort(self.values("uar"))
        return float(values[: max(1, len(values) // 10)].mean()) if len(values) else float("nan")

    def values(self, figure: str) -> Probabilities:
        """Return the people's figures, those who have it."""
        found = np.array([getattr(user.scores, figure) for user in self.users], np.float64)
        return found[~np.isnan(found)]

    def summary(self) -> dict[str, float]:
        """Return the means by name, and the worst tenth's UAR."""
        return {name: self.mean(name) for name in FIGURES} | {"worst_tenth": self.worst_tenth}


def said_by(weights: Weights, frozen: Weights, clips: HeardClips) -> Probabilities:
    """Return each clip's probability of positive (clips,), by one tail and head without a leading axis.

    A memory and a voice among `weights` have their say, as in a prediction on a person's machine.
    """
    others, voice = split_voice(weights)
    layers, memory = split_memory(others)
    lead = {name: array[None] for name, array in layers.items()}
    return recording_means(judged(lead, memory, frozen, clips.activations, clips.statistics, voice), clips.owner)


def evaluate(
    population: Population,
    said: Callable[[int, HeardUser], Probabilities],
    members: Sequence[int] | None = None,
) -> Evaluation:
    """Judge people, all where `members` is None, by what is `said` (clips,) of each one's held-out clips."""
    chosen = range(len(population)) if members is None else members
    found = []
    for member in chosen:
        user = population[member]
        found.append(UserScores(user.name, user.corpus, scores(user.held_out.labels, said(member, user))))
    return Evaluation(tuple(found))


def evaluate_common(
    population: Population, weights: Weights, frozen: Weights, members: Sequence[int] | None = None
) -> Evaluation:
    """Judge people by one model for all."""
    return evaluate(population, lambda _, user: said_by(weights, frozen, user.held_out), members)


def evaluate_method(
    population: Population,
    start: Start,
    method: Method,
    outcome: Outcome,
    settings: RoundSettings,
    *,
    seed: int,
    members: Sequence[int] | None = None,
    tuning: LocalTraining | None = None,
) -> Evaluation:
    """Judge people by what `method` gives each: their own arrays, or what it learns from their own clips at the end.

    `tuning` is how it learns then, as in the rounds where None; what ships has settings of its own. Who drifts is
    judged as they are in the last round.
    """
    common = {**start.weights, **method.beside, **outcome.state.weights}
    begin = method.begin(common)

    def said(member: int, user: HeardUser) -> Probabilities:
        kept = outcome.own.get(member, outcome.rounds) if begin else None
        # A seed that no round has: rounds count from 1.
        (own_seed,) = seeds_of(seed, 0, [member])
        heard = method.hear(user, start.frozen)
        given = Judged(common, kept or begin, start.frozen, heard.teach, tuning or settings.local, own_seed)
        if method.say:
            return method.say(given, heard.held_out)
        return said_by(method.judge(given), start.frozen, heard.held_out)

    return evaluate(in_round(population, outcome.rounds), said, members)
