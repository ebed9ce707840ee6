"""VSR's own engine doing the task: `python -m vsr_simulations.speed.ours FOLDER` prints what each rival does.

Beside it, `limit` and `limit_processor`: what a client-round's matrix products take by themselves, right after.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.shipped_base import read_shipped
from vsr_simulations.engine.rounds import RoundSettings, Start, run_rounds
from vsr_simulations.methods.fed_avg import FED_AVG
from vsr_simulations.methods.fed_head import FED_HEAD
from vsr_simulations.scale.matrix_limit import matrix_seconds
from vsr_simulations.speed.task import Task


def main(folder: Path) -> None:
    """Do the task in `folder`."""
    said = json.loads((folder / "task.json").read_text())
    base, local = read_shipped(), LocalTraining(said["epochs"], said["learning_rate"], said["batch_size"])
    with np.load(folder / "people.npz") as people:
        clips = people["labels"].shape[1]
    task = Task(said["part"], said["people"], clips, said["rounds"], said["cores"], local)
    method = FED_HEAD if task.part == "head" else FED_AVG
    population, ends = task.population(base), [_now()]
    outcome = run_rounds(
        population,
        Start(base.trainable, base.frozen),
        method,
        RoundSettings(task.rounds, task.people, local, threads=task.cores),
        seed=1,
        on_round=lambda _: ends.append(_now()),
    )
    np.savez(folder / "ours.npz", **outcome.state.weights)  # type: ignore[arg-type]
    limit = matrix_seconds(clips, local, task.cores, head_alone=task.part == "head")
    rounds, processor = np.diff(ends, axis=0).T.tolist()
    said = {"rounds": rounds, "processor": processor, "threads": task.cores, "limit": limit.seconds}
    print(json.dumps({**said, "limit_processor": limit.processor_seconds}))


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
