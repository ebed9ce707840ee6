"""Arithmetic modulo the prime 2**32 - 5, on whole matrices.

An element fits a 32-bit word, so that a share of a 128-bit secret has 128 bits.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

PRIME: Final = 4_294_967_291
MAX_TERMS: Final = 1_024

Words = npt.NDArray[np.uint32]
RandomBytes = Callable[[int], bytes]
"""Count to that many random bytes; `os.urandom` wherever it protects anyone."""


def uniform(count: int, random_bytes: RandomBytes) -> Words:
    """Return `count` field elements, each equally likely: words that are no element are drawn again."""
    found = np.empty(0, np.uint32)
    while found.size < count:
        drawn = np.frombuffer(random_bytes(4 * (count - found.size)), "<u4")
        found = np.concatenate([found, drawn[drawn < PRIME]])
    return found


def product(left: Words, right: Words) -> Words:
    """Return the matrix product modulo the prime: shapes `(r, t)` and `(t, c)` give `(r, c)`; t is at most 1,024.

    In float64, whose products BLAS sums exactly below 2**53: `left` in pieces of 11 bits, times 32 bits, times t.
    """
    if left.shape[1] > MAX_TERMS:
        raise ValueError(f"sums of {left.shape[1]} products are not exact; at most {MAX_TERMS}")
    columns = right.astype(np.float64)
    total = np.zeros((left.shape[0], right.shape[1]), np.uint64)
    for shift in (22, 11, 0):
        piece = ((left >> np.uint32(shift)) & np.uint32(0x7FF)).astype(np.float64)
        total = (total * 2_048 + (piece @ columns).astype(np.uint64) % PRIME) % PRIME
    return total.astype(np.uint32)


def powers(points: Words, count: int) -> Words:
    """Return `points ** 0 ... points ** (count - 1)` as columns: shape `(n,)` gives `(n, count)`."""
    table = np.ones((points.size, count), np.uint64)
    for column in range(1, count):
        table[:, column] = table[:, column - 1] * points % PRIME
    return table.astype(np.uint32)
