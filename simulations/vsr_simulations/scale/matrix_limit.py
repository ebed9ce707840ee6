"""What the matrix products of a client-round take by themselves: no engine on these cores can be faster."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from threadpoolctl import threadpool_limits

from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.network.parts import TRUNK_CHANNELS

POSITIONS: Final = 4
"""Of an activation: 2 x 2 for a 64 x 87 image."""
TIMES: Final = 40


@dataclass(frozen=True)
class Products:
    """What a client-round's matrix products take."""

    seconds: float
    """With all cores at work, so many client-rounds at once: one over it is how many there are in a second."""
    processor_seconds: float
    """Of one core, which other programs on the machine lengthen less."""


def matrix_seconds(clips: int, local: LocalTraining, threads: int, head_alone: bool = False) -> Products:
    """Return what a client-round's products take where `threads` work at once, one core each.

    Those of tail and head, forward and backward, as `network.tail_head` has them, or of the head over a tail at rest;
    the best of three measurements.
    """
    products = [
        product
        for first in range(0, clips, local.batch_size)
        for product in (_of_head if head_alone else _of_both)(min(local.batch_size, clips - first))
    ]
    random = np.random.default_rng(0)
    pairs = [
        (random.standard_normal((m, k), dtype=np.float32), random.standard_normal((k, n), dtype=np.float32))
        for m, k, n in products
    ]

    def work(_: int) -> None:
        for _ in range(TIMES):
            for left, right in pairs:
                left @ right

    best, least = float("inf"), float("inf")
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        for _ in range(3):
            started, spent = time.perf_counter(), time.process_time()
            list(pool.map(work, range(threads)))
            best = min(best, time.perf_counter() - started)
            least = min(least, time.process_time() - spent)
    share = local.epochs / TIMES / threads
    return Products(best * share, least * share)


def _of_both(clips: int) -> Iterator[tuple[int, int, int]]:
    """Yield the shapes (m, k, n) of a step's products: (m, k) times (k, n)."""
    places, pooled = clips * POSITIONS, TRUNK_CHANNELS + 32
    yield places, TRUNK_CHANNELS, 128
    yield places, 9 * 128, 32
    yield from _of_head(clips)
    yield clips, 256, pooled
    yield 9 * 128, places, 32
    yield places, 32, 9 * 128
    yield TRUNK_CHANNELS, places, 128


def _of_head(clips: int) -> Iterator[tuple[int, int, int]]:
    pooled = TRUNK_CHANNELS + 32
    yield clips, pooled, 256
    yield clips, 256, 2
    yield 256, clips, 2
    yield clips, 2, 256
    yield pooled, clips, 256
