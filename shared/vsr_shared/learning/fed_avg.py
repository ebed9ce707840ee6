"""Federated averaging, as a value: two pure functions over a state that can be saved.

    McMahan et al., Communication-Efficient Learning of Deep Networks from Decentralized Data, AISTATS 2017,
    algorithm 1: the server moves to the weighted mean of the machines' models.
    Reddi et al., Adaptive Federated Optimization, ICLR 2021, algorithm 1: the mean of the updates is a
    pseudo-gradient, taken with a server learning rate.
    Hsu et al., Measuring the Effects of Non-Identical Data Distribution, 2019, section 4.3: server momentum.

The shape of the thing, `init` and `apply` in one frozen object, is FedJAX's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from vsr_shared.errors import UsageError, VsrError
from vsr_shared.weights import Array, Layout, Weights, from_bytes, to_bytes

_WEIGHTS: Final = "weights/"
_VELOCITY: Final = "velocity/"


@dataclass(frozen=True)
class ServerState:
    """What the server carries from round to round."""

    weights: Weights
    velocity: Weights
    """Running mean of updates, in the layout of `weights`; zeros without momentum."""


@dataclass(frozen=True)
class FederatedAlgorithm:
    """A federated algorithm: how the server starts and what it does with the mean update of a round."""

    init: Callable[[Weights], ServerState]
    apply: Callable[[ServerState, Weights], tuple[ServerState, dict[str, float]]]
    """State and mean delta to the next state and figures about the step."""


def fed_avg(server_learning_rate: float = 1.0, momentum: float = 0.0) -> FederatedAlgorithm:
    """Return federated averaging.

    With a rate of 1 and no momentum the next weights are the mean of the machines' weights.
    Raises UsageError unless the rate is above 0 and the momentum in [0, 1).
    """
    if not server_learning_rate > 0 or not 0 <= momentum < 1:
        raise UsageError(
            f"fed_avg needs a server learning rate above 0 and a momentum from 0 to below 1, "
            f"got {server_learning_rate:g} and {momentum:g}"
        )

    def init(weights: Weights) -> ServerState:
        return ServerState(dict(weights), {name: np.zeros_like(array) for name, array in weights.items()})

    def apply(state: ServerState, delta: Weights) -> tuple[ServerState, dict[str, float]]:
        if Layout.of(delta) != Layout.of(state.weights):
            raise VsrError("the mean update does not have the names and shapes of the server's weights")
        velocity = {name: _step(momentum, state.velocity[name], array) for name, array in delta.items()}
        weights = {name: _step(server_learning_rate, velocity[name], state.weights[name]) for name in delta}
        return ServerState(weights, velocity), {"update_norm": _norm(delta), "step_norm": _norm(velocity)}

    return FederatedAlgorithm(init, apply)


def state_to_bytes(state: ServerState) -> bytes:
    """Return `state` in the safetensors format."""
    named = {_WEIGHTS + name: array for name, array in state.weights.items()}
    return to_bytes(named | {_VELOCITY + name: array for name, array in state.velocity.items()})


def state_from_bytes(data: bytes) -> ServerState:
    """Return the state in `data`; VsrError where it is damaged."""
    named = from_bytes(data)
    weights = {name.removeprefix(_WEIGHTS): named[name] for name in named if name.startswith(_WEIGHTS)}
    velocity = {name.removeprefix(_VELOCITY): named[name] for name in named if name.startswith(_VELOCITY)}
    if not weights or len(weights) + len(velocity) != len(named) or Layout.of(weights) != Layout.of(velocity):
        raise VsrError("this file holds no state of a federation's server")
    return ServerState(weights, velocity)


def _step(rate: float, direction: Array, start: Array) -> Array:
    return np.asarray(start + np.float32(rate) * direction, dtype=np.float32)


def _norm(weights: Weights) -> float:
    return float(np.sqrt(sum(float(np.vdot(array, array)) for array in weights.values())))
