"""Training a base: phases of steps, a moving average of the weights, validation speakers who say when to stop.

The averaged weights are what is validated and kept: single steps swing by several points of UAR from one epoch to
the next, their average does not. The kept weights are those of the lowest NLL on validation speakers, where every
corpus counts the same.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vsr_server.base.images import Images
from vsr_server.base.training.averaging import fold_into_average, settle_statistics
from vsr_server.base.training.checkpoint import Floats, Reading, State, copied, load_state, save_state
from vsr_server.base.training.recipe import Phase, Recipe
from vsr_server.base.training.sampling import Shares, chances, draw
from vsr_server.base.training.training_network import prepare_phase, shipped_part, training_network
from vsr_server.corpora.clip import Clip
from vsr_shared.errors import VsrError
from vsr_shared.metrics import auroc, nll, uar
from vsr_shared.network.image_input import network_input

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Data:
    """What a run sees: images of the training and the validation recordings, numbered as in `voices`."""

    voices: Sequence[Clip]
    train: Images
    validate: Images
    hash: str
    """SHA-256 of the recordings and labels."""
    marks: tuple[str, ...] = ()
    """Sound marks of the recordings, for the manifest."""


@dataclass(frozen=True)
class Trained:
    """The result of a run: the network that ships (not calibrated yet) and how it came to be."""

    network: "keras.Model"
    readings: tuple[Reading, ...]
    steps: int


def train(
    recipe: Recipe,
    data: Data,
    checkpoint: Path,
    say: Callable[[Reading], None] = lambda _: None,
    stop_after: int = 0,
) -> Trained:
    """Train by `recipe` and return the best network; go on from `checkpoint` where a run was stopped.

    `say` hears every validation. `stop_after` (for tests) ends the run at that step as a kill would. Raises BaseError
    where the checkpoint is damaged or another run's, and VsrError where the loss is no longer a number.
    """
    network = training_network(recipe, data.train.pictures.shape[1:3])
    state = load_state(checkpoint, run_key(recipe, data)) or _begin(network, run_key(recipe, data))
    chance = chances([data.voices[i] for i in data.train.recording], recipe.corpus_weights)
    done = 0
    for phase in recipe.phases:
        if state.step < done + phase.steps and state.bad_validations < recipe.patience:
            _run_phase(network, state, phase, done, recipe, data, chance, checkpoint, say, stop_after)
        done += phase.steps
        if stop_after and state.step >= stop_after:
            break
    network.set_weights(state.best)
    return Trained(shipped_part(network), tuple(state.readings), state.step)


def run_key(recipe: Recipe, data: Data) -> str:
    """Return the hash that ties a checkpoint to its recipe and data."""
    return hashlib.sha256(json.dumps([recipe.to_dict(), data.hash], sort_keys=True).encode()).hexdigest()


def predict(network: "keras.Model", images: Images, batch: int = 32) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return (recordings (m,), probability of positive (m,)): the mean over each recording's segments."""
    parts = []
    for first in range(0, len(images.pictures), batch):
        pictures = images.pictures[first : first + batch]
        # A last batch of another size would make Keras build its function again.
        padded = np.pad(pictures, ((0, batch - len(pictures)), (0, 0), (0, 0)))
        output = network.predict_on_batch(network_input(padded))
        polarity = output[0] if isinstance(output, (list, tuple)) else output
        parts.append(np.asarray(polarity)[: len(pictures), 1])
    positive = np.concatenate(parts)
    recordings, place = np.unique(images.recording, return_inverse=True)
    mean = np.bincount(place, weights=positive) / np.bincount(place)
    return recordings, mean.astype(np.float32)


def validation_reading(network: "keras.Model", data: Data, step: int, loss: float) -> Reading:
    """Return the figures on validation speakers: the mean over corpora of each figure."""
    recordings, positive = predict(network, data.validate)
    labels = np.array([data.voices[i].positive for i in recordings])
    corpus = np.array([data.voices[i].corpus for i in recordings])
    sides = [corpus == name for name in sorted(set(corpus))]
    means = [
        float(np.nanmean([figure(labels[side], positive[side]) for side in sides])) for figure in (uar, auroc, nll)
    ]
    return Reading(step, loss, *means)


def _begin(network: "keras.Model", key: str) -> State:
    weights = copied(network.get_weights())
    return State(key, 0, weights, copied(weights), copied(weights), [])


def _run_phase(
    network: "keras.Model",
    state: State,
    phase: Phase,
    begun: int,
    recipe: Recipe,
    data: Data,
    chance: Shares,
    checkpoint: Path,
    say: Callable[[Reading], None],
    stop_after: int,
) -> None:
    network.set_weights(state.weights)
    prepare_phase(network, phase, recipe)
    if state.step > begun:
        for variable, value in zip(network.optimizer.variables, state.optimizer, strict=True):
            variable.assign(value)
    losses: list[float] = []
    last = begun + phase.steps
    while state.step < last:
        losses.append(_step(network, state, recipe, data, chance))
        if state.step % recipe.validate_every and state.step not in {last, stop_after}:
            continue
        _validate(network, state, recipe, data, chance, float(np.mean(losses)))
        losses.clear()
        save_state(state, checkpoint)
        say(state.readings[-1])
        if state.step == stop_after or state.bad_validations >= recipe.patience:
            return


def _step(network: "keras.Model", state: State, recipe: Recipe, data: Data, chance: Shares) -> float:
    batch = draw(data.train, data.voices, chance, recipe, state.step)
    loss = float(np.ravel(network.train_on_batch(batch.inputs, [batch.polarity, batch.emotion]))[0])
    if not np.isfinite(loss):
        raise VsrError(f"the loss is {loss} at step {state.step + 1}; lower the learning rate in the recipe")
    state.step += 1
    # A young average would otherwise be mostly the random beginning.
    fold_into_average(state.average, network.get_weights(), min(recipe.average, state.step / (9 + state.step)))
    return loss


def _validate(network: "keras.Model", state: State, recipe: Recipe, data: Data, chance: Shares, loss: float) -> None:
    """Read the averaged weights on validation speakers and note them where they are the best so far."""
    state.weights = copied(network.get_weights())
    state.optimizer = [_numpy(variable).copy() for variable in network.optimizer.variables]
    network.set_weights(state.average)
    settle_statistics(network, data.train, chance, (recipe.seed, state.step, 1), recipe.settling_batches)
    settled = copied(network.get_weights())
    reading = validation_reading(network, data, state.step, loss)
    network.set_weights(state.weights)
    state.readings.append(reading)
    if reading.nll < state.best_nll:
        state.best_nll, state.bad_validations, state.best = reading.nll, 0, settled
    else:
        state.bad_validations += 1


def _numpy(tensor: object) -> npt.NDArray[np.float32]:
    import keras

    array: npt.NDArray[np.float32] = np.asarray(keras.ops.convert_to_numpy(tensor))
    return array
