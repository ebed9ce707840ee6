"""One size measured in a process of its own, because a process' peak of memory never falls again.

`python -m vsr_simulations.scale.measure USERS ROUNDS COHORT CLIPS` prints one JSON object.
"""

import json
import os
import sys
import time
from dataclasses import asdict, dataclass

from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.shipped_base import read_shipped
from vsr_simulations.engine.evaluation import evaluate_common
from vsr_simulations.engine.rounds import RoundReport, RoundSettings, Start, run_rounds
from vsr_simulations.methods.fed_avg import FED_AVG
from vsr_simulations.peak_memory import peak_megabytes
from vsr_simulations.populations.generated_activations import GeneratedActivations

JUDGED = 50
"""People, of those the first are, by whom the common model is judged before and after."""


@dataclass(frozen=True)
class Measured:
    """What a size came to."""

    users: int
    rounds: int
    cohort: int
    clips: int
    seconds: float
    client_rounds_a_second: float
    processor_milliseconds: float
    """Of a client-round, which other programs on the machine lengthen less than its seconds."""
    peak_megabytes: float
    threads: int
    auroc_before: float
    auroc_after: float


def measure(users: int, rounds: int, cohort: int, clips: int) -> Measured:
    """Run FedAvg on generated activations, on the base that ships."""
    base = read_shipped()
    start = Start(base.trainable, base.frozen)
    people = GeneratedActivations(1, users, base.frozen, clips)
    judged = range(min(JUDGED, users))
    before = evaluate_common(people, start.weights, start.frozen, judged).mean("auroc")
    settings = RoundSettings(rounds, cohort, LocalTraining())
    spent = time.process_time()
    outcome = run_rounds(people, start, FED_AVG, settings, seed=1, on_round=_tell)
    each = 1000 * (time.process_time() - spent) / outcome.client_rounds
    after = evaluate_common(people, outcome.state.weights, start.frozen, judged).mean("auroc")
    rate = outcome.client_rounds / outcome.seconds
    threads = len(os.sched_getaffinity(0))
    return Measured(users, rounds, cohort, clips, outcome.seconds, rate, each, peak_megabytes(), threads, before, after)


def _tell(report: RoundReport) -> None:
    progress = report.progress
    print(f"round {progress.done} of {progress.of}, {progress.seconds_left:.0f} s left", file=sys.stderr, flush=True)


if __name__ == "__main__":
    print(json.dumps(asdict(measure(*(int(argument) for argument in sys.argv[1:5])))))
