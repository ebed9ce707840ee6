"""A round's updates between the machines and the server: where noise, attackers and robust sums have their place."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vsr_shared.learning.local_training import Lessons
from vsr_shared.weights import Array, Weights

Members = npt.NDArray[np.intp]


@dataclass(frozen=True)
class RoundUpdates:
    """The updates of a round, one a row, in the order of `members`."""

    round: int
    members: Members
    """(u,): numbers in the population."""
    common: Weights
    """What everybody started from, no leading axis."""
    deltas: dict[str, Array]
    """(u, ...): trained minus common. A hook may change them in place."""
    clips: npt.NDArray[np.int64]
    """(u,): each update's weight in the mean, as in a deployment."""


def weighted_mean(updates: RoundUpdates) -> dict[str, Array]:
    """Return the mean update, each person counting with their clips: what the server of a deployment takes."""
    share = (updates.clips / updates.clips.sum()).astype(np.float32)
    return {name: np.tensordot(share, delta, axes=1) for name, delta in updates.deltas.items()}


def nobody_silent(round_number: int, members: Members) -> npt.NDArray[np.bool_]:
    """Return that everybody answers."""
    return np.zeros(len(members), np.bool_)


@dataclass(frozen=True)
class Hooks:
    """What is done to a round beside the plain way. All are called in the order of their fields."""

    silent: Callable[[int, Members], npt.NDArray[np.bool_]] = nobody_silent
    """Given the round and the cohort: who (u,) never answers. They do not train and do not count."""
    lessons: Callable[[int, Members, Lessons], Lessons] = lambda _, __, lessons: lessons
    """Given the round, some of its people and their lessons: what they really train on (an attacker's labels)."""
    updates: Callable[[RoundUpdates], RoundUpdates] = lambda updates: updates
    """Given all updates of the round: those that leave the machines (clipped, noised, an attacker's)."""
    combine: Callable[[RoundUpdates], dict[str, Array]] = weighted_mean
    """Given what left: the mean update that the server's algorithm takes."""
