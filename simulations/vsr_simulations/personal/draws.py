"""Which of a person's clips they teach with: so many of one half of their sentences, both polarities, by a seed."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import UsageError
from vsr_simulations.population import User


def both_ways(user: User) -> tuple[User, User]:
    """Return the person as they are, and teaching with what they are else judged by."""
    return user, User(user.name, user.held_out, user.teach)


def draw_clips(user: User, count: int, draws: int) -> tuple[npt.NDArray[np.intp], ...]:
    """Return up to `draws` draws of `count` places in `user.teach`, the same for the same person and count.

    Half of each are positive where there are enough, the rest of the other polarity. Where `count` takes everything
    there is one draw. UsageError where the person has fewer clips.
    """
    if count > len(user.teach):
        raise UsageError(
            f"{user.name} has {len(user.teach)} clips to teach with, not {count}; ask for fewer with --clips"
        )
    labels = np.array([clip.positive for clip in user.teach])
    different = 1 if count == len(labels) else draws
    return tuple(_balanced(labels, count, [draw, *user.name.encode()]) for draw in range(different))


def _balanced(labels: npt.NDArray[np.int64], count: int, seed: Sequence[int]) -> npt.NDArray[np.intp]:
    random = np.random.default_rng(seed)
    negative, positive = (random.permutation(np.flatnonzero(labels == label)) for label in (0, 1))
    wanted = count // 2
    positives = max(min(wanted, len(positive)), count - len(negative))
    return np.sort(np.concatenate([positive[:positives], negative[: count - positives]]))
