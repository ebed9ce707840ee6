"""What everybody does: people's kept activations, the numbers to start from and the settings, in a folder."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vsr_shared.base import Base
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.network.parts import HEAD_SHAPES
from vsr_shared.network.tail_head import features, log_probabilities_of, prepare
from vsr_shared.weights import Array, Weights
from vsr_simulations.engine.heard import HeardUser, Together
from vsr_simulations.populations.generated_activations import GeneratedActivations

PARTS = ("head", "both")
"""What is trained: the head alone (492,290 numbers), or tail and head (774,914)."""


@dataclass(frozen=True)
class Task:
    """Everybody in every round trains on all their clips."""

    part: str
    people: int
    clips: int
    rounds: int
    """The first is not counted: compilers and caches are warm after it."""
    cores: int
    local: LocalTraining

    def population(self, base: Base) -> Together:
        """Return the people, all in memory."""
        made = GeneratedActivations(1, self.people, base.frozen, self.clips)
        return Together(made.name, tuple(made[number] for number in range(self.people)))


def write_task(folder: Path, task: Task, base: Base) -> None:
    """Put the task where programs that know nothing of VSR can read it."""
    users = task.population(base).users
    inputs = np.stack([_inputs(user, base, task.part) for user in users])
    labels = np.stack([user.teach.labels for user in users])
    (folder / "people").mkdir(parents=True)
    for number in range(task.people):
        np.save(folder / "people" / f"{number}.npy", inputs[number])
        np.save(folder / "people" / f"{number}-labels.npy", labels[number])
    np.savez(folder / "people.npz", inputs=inputs, labels=labels)
    arrays = base.trainable if task.part == "head" else {**base.trainable, **base.frozen}
    needed = {name: array for name, array in arrays.items() if task.part == "both" or name in HEAD_SHAPES}
    np.savez(folder / "model.npz", **needed)  # type: ignore[arg-type]
    said = {
        "part": task.part,
        "people": task.people,
        "rounds": task.rounds,
        "cores": task.cores,
        "input_shape": list(inputs.shape[2:]),
        "epochs": task.local.epochs,
        "batch_size": task.local.batch_size,
        "learning_rate": task.local.learning_rate,
    }
    (folder / "task.json").write_text(json.dumps(said))


def loss_of(task: Task, base: Base, trained: Weights) -> float:
    """Return the mean negative log-likelihood of everybody's clips to learn from, by the arrays in `trained`."""
    weights = {name: trained.get(name, array)[None] for name, array in base.trainable.items()}
    losses = []
    for user in task.population(base).users:
        said = log_probabilities_of(weights, base.frozen, prepare(user.teach.activations[None], base.frozen))[0]
        losses.append(-float(said[np.arange(len(said)), user.teach.labels].mean()))
    return float(np.mean(losses))


def _inputs(user: HeardUser, base: Base, part: str) -> Array:
    """Return activations (n, h, w, 1888), or what a tail at rest makes of them (n, 1920): both are computed once."""
    if part == "both":
        return user.teach.activations.astype(np.float32)
    lead = {name: array[None] for name, array in base.trainable.items()}
    heard: Array = features(lead, base.frozen, prepare(user.teach.activations[None], base.frozen))[0]
    return heard
