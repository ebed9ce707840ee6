"""pfl-research (Granqvist et al. 2024, arXiv 2404.06430): its own FederatedAveraging on its own simulated backend.

A worker a core by torchrun, one thread each, as its documentation has it for several workers: people are shared out
among them and their sums are added up.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pfl.aggregate.simulate import SimulatedBackend
from pfl.algorithm import FederatedAveraging, NNAlgorithmParams
from pfl.callback.base import TrainingProcessCallback
from pfl.data import FederatedDataset
from pfl.data.pytorch import PyTorchTensorDataset
from pfl.hyperparam import NNEvalHyperParams, NNTrainHyperParams
from pfl.internal.ops import pytorch_ops
from pfl.metrics import Metrics
from pfl.model.pytorch import PyTorchModel

from vsr_simulations.speed.rivals.torch_task import Task


class RoundEnds(TrainingProcessCallback):  # type: ignore[misc, unused-ignore]
    """Notes when each round is over."""

    def __init__(self) -> None:
        self.ends = [(time.perf_counter(), time.process_time())]

    def after_central_iteration(self, *_: Any, **__: Any) -> tuple[bool, Metrics]:
        """Go on."""
        self.ends.append((time.perf_counter(), time.process_time()))
        return False, Metrics()


def main(folder: Path) -> None:
    """Do the task in `folder`, or this worker's part of it."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    task = Task(folder)
    people = len(task.labels)
    order = iter(range(10**9))

    def made(person: int) -> PyTorchTensorDataset:
        # pfl goes over a person's clips in their order; ours and PyTorch's loop shuffle in every epoch.
        return PyTorchTensorDataset((task.inputs[person], task.labels[person]), user_id=str(person))

    dataset = FederatedDataset(made, lambda: next(order) % people)
    network = task.network()
    model = PyTorchModel(network, task.adam, torch.optim.SGD(network.parameters(), lr=1.0))
    ends = RoundEnds()
    algorithm = NNAlgorithmParams(
        central_num_iterations=task.said["rounds"],
        evaluation_frequency=10**6,
        train_cohort_size=people,
        val_cohort_size=0,
    )
    training = NNTrainHyperParams(
        local_num_epochs=task.said["epochs"],
        local_learning_rate=task.said["learning_rate"],
        local_batch_size=task.said["batch_size"],
    )
    backend = SimulatedBackend(dataset, dataset)
    judging = NNEvalHyperParams(local_batch_size=None)
    FederatedAveraging().run(algorithm, backend, model, training, judging, [ends])
    rounds, own = np.diff(ends.ends, axis=0).T
    (processor,) = pytorch_ops.distributed.all_reduce([torch.from_numpy(own.copy())])
    if pytorch_ops.distributed.global_rank == 0:
        task.leave("pfl_research", network)
        said = {"rounds": rounds.tolist(), "processor": processor.tolist()}
        print(json.dumps({**said, "threads": pytorch_ops.distributed.world_size}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
