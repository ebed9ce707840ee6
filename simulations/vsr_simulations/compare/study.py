"""Every method by the same people with the same few clips each, who all take part in the rounds."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, process_time
from typing import Any

import numpy as np

from vsr_client.one_thread import one_thread
from vsr_client.teaching import PERSONAL_TRAINING
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.metrics import Probabilities
from vsr_shared.weights import Weights
from vsr_simulations.compare.baselines import BASELINES, Baseline
from vsr_simulations.compare.methods import METHODS
from vsr_simulations.engine.evaluation import FIGURES, Evaluation, evaluate, evaluate_method
from vsr_simulations.engine.heard import HeardClips, Population
from vsr_simulations.engine.method import Judged, Method
from vsr_simulations.engine.rounds import RoundSettings, Start, run_rounds
from vsr_simulations.engine.time_left import Progress
from vsr_simulations.methods.alone import BASE_ALONE
from vsr_simulations.populations.altered import FewClips
from vsr_simulations.reports.page import anchor


def ten_rounds(epochs: int) -> RoundSettings:
    """Return ten rounds of so many local epochs, everybody in each."""
    return RoundSettings(10, 1000, LocalTraining(epochs=epochs, learning_rate=3e-4))


@dataclass(frozen=True)
class Plan:
    """What is run."""

    clips: tuple[int, ...] = (0, 1, 2, 5, 10, 20, 30)
    """Labelled clips a person; with 0 nobody learns, and only the base and the majority are judged."""
    seeds: tuple[int, ...] = (1, 2, 3)
    rounds: RoundSettings = field(default_factory=lambda: ten_rounds(2))
    tuning: LocalTraining = PERSONAL_TRAINING
    """How a method learns from a person's clips after the rounds."""
    watched: tuple[int, ...] = (1, 2, 5)
    """Rounds after which everybody is judged too, as if they had been the last."""
    watched_clips: int = 10
    """With so many clips, by the first seed: judging takes longer than the rounds."""


@dataclass(frozen=True)
class Judgement:
    """One person by one method, with so many clips, one seed, one half of the sentences, after so many rounds."""

    method: str
    user: str
    turn: int
    seed: int
    clips: int
    figures: dict[str, float]
    rounds: int


@dataclass(frozen=True)
class Piece:
    """Everybody by one method with so many clips, one seed, one half of the sentences."""

    method: str
    clips: int
    turn: int
    seed: int
    judgements: tuple[Judgement, ...]
    round_seconds: float
    """Processor time of a person's part in one round, the server's share with it."""
    own_seconds: float
    """Processor time of what a person's machine learns at the end."""


def compare(
    turns: Sequence[Population],
    start: Start,
    plan: Plan,
    out: Path,
    tell: Callable[[Progress], None],
    methods: Sequence[Method | Baseline] = (*BASELINES, *METHODS),
) -> Iterator[Piece]:
    """Yield every piece; those that `out` holds from an earlier run are read, the others are written there."""
    out.mkdir(parents=True, exist_ok=True)
    work = planned(plan, len(turns), methods)
    started, before = monotonic(), 0
    for done, (method, turn, seed, count) in enumerate(work, 1):
        path = out / f"{anchor(method.name)}-{count}-{turn}-{seed}.json"
        if path.exists():
            before = done
        else:
            found = _piece(FewClips(turns[turn], count, seed), start, method, plan, turn, seed, count)
            partial = path.with_suffix(".partial")
            partial.write_text(json.dumps(asdict(found)))
            partial.replace(path)
        yield piece_of(json.loads(path.read_text()))
        tell(Progress("methods", done, len(work), monotonic() - started, before))


def planned(
    plan: Plan, turns: int, methods: Sequence[Method | Baseline]
) -> list[tuple[Method | Baseline, int, int, int]]:
    """Return the pieces to run: method, turn, seed and number of clips. With no clip nobody can learn anything."""
    return [
        (method, turn, seed, count)
        for seed in plan.seeds
        for count in plan.clips
        for turn in range(turns)
        for method in methods
        if count or method.name in {BASE_ALONE.name, BASELINES[0].name}
    ]


def piece_of(fields: dict[str, Any]) -> Piece:
    """Return a piece as its file has it."""
    return Piece(**fields | {"judgements": tuple(Judgement(**one) for one in fields["judgements"])})


def _piece(
    people: Population, start: Start, method: Method | Baseline, plan: Plan, turn: int, seed: int, count: int
) -> Piece:
    def judgements(found: Evaluation, rounds: int) -> list[Judgement]:
        return [
            Judgement(
                method.name, one.name, turn, seed, count, {key: getattr(one.scores, key) for key in FIGURES}, rounds
            )
            for one in found.users
        ]

    if isinstance(method, Baseline):
        begun = process_time()
        with one_thread():
            said = evaluate(people, method.fit(people))
        spent = (process_time() - begun) / len(people)
        return Piece(method.name, count, turn, seed, tuple(judgements(said, 0)), 0.0, spent)
    last = plan.rounds.rounds
    watched = plan.watched if (seed, count) == (plan.seeds[0], plan.watched_clips) and method.local else ()
    found: list[Judgement] = []
    round_seconds, trainings = 0.0, 0
    timed, spent_at_end = _timed(method)
    with TemporaryDirectory() as keep:
        for stop in sorted({*(rounds for rounds in watched if rounds < last), last}):
            begun, settings = process_time(), replace(plan.rounds, rounds=stop)
            outcome = run_rounds(people, start, method, settings, seed=seed, keep=Path(keep))
            round_seconds, trainings = round_seconds + process_time() - begun, trainings + outcome.client_rounds
            spent_at_end.clear()
            with one_thread():
                judged = evaluate_method(people, start, timed, outcome, settings, seed=seed, tuning=plan.tuning)
            found += judgements(judged, stop)
    trainings *= len(people) if method.gathers else 1
    own_seconds = sum(spent_at_end) / len(people)
    return Piece(
        method.name, count, turn, seed, tuple(found), round_seconds / trainings if trainings else 0.0, own_seconds
    )


def _timed(method: Method) -> tuple[Method, list[float]]:
    """Return the method, and where the processor time of what it learns at the end goes."""
    spent: list[float] = []

    def judge(given: Judged) -> Weights:
        begun = process_time()
        weights = method.judge(given)
        spent.append(process_time() - begun)
        return weights

    def say(given: Judged, clips: HeardClips) -> Probabilities:
        begun = process_time()
        said = method.say(given, clips) if method.say else np.zeros(0)
        spent.append(process_time() - begun)
        return said

    return replace(method, judge=judge, say=say if method.say else None), spent
