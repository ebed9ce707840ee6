"""Exact samples of the discrete Gaussian, many at once.

    P(x) ~ exp(-x**2 / (2 s**2)) over the whole numbers x, for a whole number s

Canonne, Kamath and Steinke, *The Discrete Gaussian for Differential Privacy*, NeurIPS 2020 (arXiv 2004.00010),
algorithms 1 to 3: a discrete Laplace of scale s, of which each sample is kept with the chance that makes a Gaussian
of it. Every chance is that of whole numbers drawn evenly: no logarithm and no floating point anywhere, whose last
bits would give noise away (Mironov, *On Significance of the Least Significant Bits for Differential Privacy*, 2012).
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import VsrError
from vsr_shared.secure_sum.field import RandomBytes

LARGEST_SIGMA: Final = 2**30
_PIECE: Final = 1 << 15

Whole = npt.NDArray[np.int64]
Truth = npt.NDArray[np.bool_]


def discrete_gaussian(sigma: int, count: int, random_bytes: RandomBytes) -> Whole:
    """Return `count` independent samples of the discrete Gaussian around 0 with parameter `sigma`, 1 to 2**30.

    For a sigma of 1 or more their deviation is `sigma` but for a billionth.
    """
    if not 1 <= sigma <= LARGEST_SIGMA:
        raise VsrError(f"noise needs a sigma from 1 to {LARGEST_SIGMA:,}, not {sigma}")
    coins = _Coins(random_bytes)
    found = np.empty(count, np.int64)
    done = 0
    while done < count:
        # Of 100 candidates 48 become samples.
        fresh = _accepted(coins, sigma, min(_PIECE, 2 * (count - done) + 64))[: count - done]
        found[done : done + fresh.size] = fresh
        done += fresh.size
    return found


class _Coins:
    """Even draws and coins with exactly known chances, out of random bytes."""

    def __init__(self, random_bytes: RandomBytes) -> None:
        self._random_bytes = random_bytes

    def below(self, bound: int, count: int) -> Whole:
        """`count` whole numbers drawn evenly from 0 to `bound` - 1; `bound` is at most 2**31 (Lemire 2019)."""
        bits = 8 if bound <= 64 else 32
        found = np.empty(count, np.int64)
        open_places: npt.NDArray[np.intp] | slice = slice(None)
        missing = count
        while missing:
            drawn = np.frombuffer(self._random_bytes(missing * bits // 8), "<u1" if bits == 8 else "<u4")
            product = drawn.astype(np.uint64) * np.uint64(bound)
            found[open_places] = product >> np.uint64(bits)
            # The first few products of each quotient are one too many for some: drawn anew, all weigh the same.
            uneven = np.flatnonzero((product & np.uint64(2**bits - 1)) < 2**bits % bound)
            open_places = uneven if isinstance(open_places, slice) else open_places[uneven]
            missing = uneven.size
        return found

    def share(self, part: Whole, whole: int) -> Truth:
        """True with the chance `part` / `whole` each."""
        true: Truth = self.below(whole, part.size) < part
        return true

    def one_in(self, bound: int, count: int) -> Truth:
        """True with the chance 1 / `bound` each."""
        true: Truth = self.below(bound, count) == 0
        return true

    def exp_minus(self, part: Whole, whole: int) -> Truth:
        """True with the chance exp(-part / whole) each, `part` from 0 to `whole`."""
        return _run_odd(part.size, lambda left, k: self.share(part[left], whole) & self.one_in(k, left.size))

    def exp_minus_half_square(self, part: Whole, whole: int) -> Truth:
        """True with the chance exp(-(part / whole)**2 / 2) each, `part` from 0 to `whole`."""

        def heads(left: npt.NDArray[np.intp], k: int) -> Truth:
            twice = self.share(part[left], whole)
            twice[twice] = self.share(part[left[twice]], whole)
            return twice & self.one_in(2 * k, left.size)

        return _run_odd(part.size, heads)

    def exp_minus_one_over(self, bound: int, count: int) -> Truth:
        """True with the chance exp(-1 / bound) each."""
        return _run_odd(count, lambda left, k: self.one_in(bound * k, left.size))


def _run_odd(count: int, heads: Callable[[npt.NDArray[np.intp], int], Truth]) -> Truth:
    """Toss coins of chance c / k for k = 1, 2, ... until one falls; true with chance exp(-c) (algorithm 1)."""
    odd = np.empty(count, np.bool_)
    left = np.arange(count)
    k = 1
    while left.size:
        stands = heads(left, k)
        odd[left[~stands]] = k % 2 == 1
        left = left[stands]
        k += 1
    return odd


def _accepted(coins: _Coins, sigma: int, candidates: int) -> Whole:
    rest = coins.below(sigma, candidates)
    rest = rest[coins.exp_minus(rest, sigma)]
    laps = _laps(coins, rest.size)
    negative = coins.one_in(2, rest.size)
    # Zero has two signs and would come twice as often as it should.
    once = ~(negative & (rest == 0) & (laps == 0))
    rest, laps, negative = rest[once], laps[once], negative[once]
    kept = _thinned(coins, rest, laps, sigma)
    size = rest[kept] + sigma * laps[kept]
    signed: Whole = np.where(negative[kept], -size, size)
    return signed


def _laps(coins: _Coins, count: int) -> Whole:
    """How often each goes once more round the scale: geometric, each time with the chance exp(-1)."""
    laps = np.zeros(count, np.int64)
    going = np.arange(count)
    while going.size:
        going = going[coins.exp_minus_one_over(1, going.size)]
        laps[going] += 1
    return laps


def _thinned(coins: _Coins, rest: Whole, laps: Whole, sigma: int) -> Truth:
    """True with the chance exp(-(x / s - 1)**2 / 2), x = rest + laps * s: Laplace becomes Gaussian (algorithm 3).

    With x / s - 1 = a + b, a whole and b below 1, that is exp(-1/2)**(a**2) * exp(-b)**a * exp(-b**2 / 2).
    """
    below = laps == 0
    whole = np.where(below, 0, laps - 1)
    part = np.where(below, sigma - rest, rest)
    kept = coins.exp_minus_half_square(part, sigma)
    _all_heads(kept, whole**2, lambda left: coins.exp_minus_one_over(2, left.size))
    _all_heads(kept, whole, lambda left: coins.exp_minus(part[left], sigma))
    return kept


def _all_heads(kept: Truth, times: Whole, heads: Callable[[npt.NDArray[np.intp]], Truth]) -> None:
    """Toss a coin so many `times` for each that is `kept`, in place: one that falls is enough to lose it."""
    turn = 0
    left = np.flatnonzero(kept & (times > 0))
    while left.size:
        stands = heads(left)
        kept[left[~stands]] = False
        turn += 1
        left = left[stands]
        left = left[times[left] > turn]
