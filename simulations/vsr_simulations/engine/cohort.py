"""A cohort trained as batched arithmetic: people of like clip counts together, some threads of such groups at once.

A person's numbers do not depend on who else is in the group, within the noise of floating point, so groups are made for
speed and memory alone.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import numpy as np

from vsr_simulations.engine.heard import HeardClips

GROUP: Final = 2
"""People trained in one batch. The weights, moments and slopes of more do not fit a processor's last cache, and a step
goes through all of them; one alone pays more for each call (docs/engines.md)."""

T = TypeVar("T")


def groups(clips: Sequence[HeardClips], size: int = GROUP) -> list[list[int]]:
    """Return places in `clips`, at most `size` a group, people with like numbers of segments together."""
    order = sorted(range(len(clips)), key=lambda place: (len(clips[place].owner), place))
    return [order[first : first + size] for first in range(0, len(order), size)]


def in_groups(work: Callable[[list[int]], T], parts: Sequence[list[int]], threads: int) -> list[T]:
    """Return `work` of each group, `threads` at once; the caller holds matrix products to one core each."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, parts))


def seeds_of(seed: int, round_number: int, members: Sequence[int]) -> tuple[int, ...]:
    """Return a seed for each member's training in this round, whoever else is in it."""
    return tuple(
        int(np.random.SeedSequence([seed, round_number, int(member)]).generate_state(1)[0]) for member in members
    )
