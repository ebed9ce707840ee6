"""A plain PyTorch loop in PFLlib's style: a model, a DataLoader and an optimiser for each client, one after another.

PFLlib (Zhang et al. 2023, arXiv 2312.04992): its clientAVG copies the common model, goes over its DataLoader so many
epochs and hands its parameters over; its serverAVG adds them up by their share of clips. `THREADS` are those of PyTorch
in one operation: one and all cores are tried before the time is taken, and the faster is used.
"""

import copy
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from vsr_simulations.speed.rivals.torch_task import Task


def train_client(task: Task, common: nn.Module, person: int) -> nn.Module:
    """Return the person's model after local training."""
    model = copy.deepcopy(common)
    people = TensorDataset(task.inputs[person], task.labels[person])
    loader = DataLoader(people, task.said["batch_size"], shuffle=True)
    optimiser = task.adam(model.parameters(), task.said["learning_rate"])
    criterion = nn.CrossEntropyLoss()
    model.train()
    for _ in range(task.said["epochs"]):
        for inputs, labels in loader:
            loss = criterion(model(inputs), labels)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return model


def one_round(task: Task, common: nn.Module) -> None:
    """Train everybody and move the common model to their mean."""
    share = 1 / len(task.labels)
    totals = [torch.zeros_like(parameter) for parameter in common.parameters()]
    for person in range(len(task.labels)):
        for total, parameter in zip(totals, train_client(task, common, person).parameters(), strict=True):
            total += parameter.data * share
    for total, parameter in zip(totals, common.parameters(), strict=True):
        parameter.data.copy_(total)


def main(folder: Path) -> None:
    """Do the task in `folder`."""
    torch.manual_seed(0)
    task = Task(folder)
    threads = fastest(task, range(min(4, len(task.labels))))
    torch.set_num_threads(threads)
    common, ends = task.network(), [(time.perf_counter(), time.process_time())]
    for _ in range(task.said["rounds"]):
        one_round(task, common)
        ends.append((time.perf_counter(), time.process_time()))
    task.leave("pytorch_loop", common)
    rounds, processor = np.diff(ends, axis=0).T.tolist()
    print(json.dumps({"rounds": rounds, "processor": processor, "threads": threads}))


def fastest(task: Task, people: range) -> int:
    """Return how many threads in an operation train these people fastest."""
    taken = {}
    for threads in (1, task.said["cores"]):
        torch.set_num_threads(threads)
        train_client(task, task.network(), 0)
        began = time.perf_counter()
        for person in people:
            train_client(task, task.network(), person)
        taken[threads] = time.perf_counter() - began
    return min(taken, key=lambda threads: taken[threads])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
