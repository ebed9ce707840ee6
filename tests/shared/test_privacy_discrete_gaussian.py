"""The sampler of noise against the distribution that it is proven to have."""

import math
import os
import time
from fractions import Fraction

import numpy as np
import pytest

from tests.shared.seeded_bytes import seeded_bytes
from vsr_shared.errors import VsrError
from vsr_shared.privacy.discrete_gaussian import LARGEST_SIGMA, _Coins, discrete_gaussian


def chances(sigma: int, reach: int) -> np.ndarray:
    """The oracle: each whole number's chance from -reach to reach, by its definition."""
    far = max(40 * sigma, reach)
    total = math.fsum(math.exp(-(x**2) / (2 * sigma**2)) for x in range(-far, far + 1))
    return np.array([math.exp(-(x**2) / (2 * sigma**2)) / total for x in range(-reach, reach + 1)])


def chi_square(counts: np.ndarray, expected: np.ndarray) -> float:
    """How far `counts` lie from `expected`, in deviations of a chi-square of as many cells."""
    freedom = len(counts) - 1
    return float((((counts - expected) ** 2 / expected).sum() - freedom) / math.sqrt(2 * freedom))


@pytest.mark.parametrize("sigma", [1, 2, 3, 7, 40])
def test_every_number_comes_as_often_as_it_should(sigma: int) -> None:
    count = 200_000
    found = discrete_gaussian(sigma, count, seeded_bytes(sigma))
    reach = 3 * sigma
    counts = np.bincount(np.clip(found, -reach - 1, reach + 1) + reach + 1, minlength=2 * reach + 3)
    inner = chances(sigma, reach)
    tail = (1 - inner.sum()) / 2
    assert abs(chi_square(counts, count * np.array([tail, *inner, tail]))) < 4


def test_large_noise_has_the_moments_and_tails_of_a_gaussian() -> None:
    sigma, count = 3_300_000, 400_000
    found = discrete_gaussian(sigma, count, seeded_bytes(0)) / sigma
    assert abs(found.mean()) < 4 / math.sqrt(count)
    assert abs(found.std() - 1) < 4 / math.sqrt(2 * count)
    assert abs((found**4).mean() - 3) < 4 * math.sqrt(96 / count)
    for far in (1.0, 2.0, 3.0, 4.0):
        expected = count * math.erfc(far / math.sqrt(2))
        assert abs((np.abs(found) > far).sum() - expected) < 4.5 * math.sqrt(expected)
    bins = np.histogram(found, np.linspace(-3, 3, 61))[0]
    edges = [math.erf(edge / math.sqrt(2)) / 2 for edge in np.linspace(-3, 3, 61)]
    assert abs(chi_square(bins, bins.sum() * np.diff(edges) / (edges[-1] - edges[0]))) < 4


def test_the_last_bits_are_noise_as_well() -> None:
    found = discrete_gaussian(3_300_000, 200_000, seeded_bytes(1))
    counts = np.bincount(found & 255, minlength=256)
    assert abs(chi_square(counts, np.full(256, len(found) / 256))) < 4


@pytest.mark.parametrize(("part", "whole"), [(0, 5), (2, 5), (5, 5), (7_000_001, 9_000_000)])
def test_coins_fall_with_the_chance_that_they_are_said_to(part: int, whole: int) -> None:
    coins, count = _Coins(seeded_bytes(part)), 100_000
    parts = np.full(count, part)
    ratio = float(Fraction(part, whole))
    for heads, chance in (
        (coins.share(parts, whole), ratio),
        (coins.exp_minus(parts, whole), math.exp(-ratio)),
        (coins.exp_minus_half_square(parts, whole), math.exp(-(ratio**2) / 2)),
        (coins.exp_minus_one_over(2, count), math.exp(-0.5)),
    ):
        assert abs(heads.mean() - chance) <= 4.5 * math.sqrt(chance * (1 - chance) / count)


@pytest.mark.parametrize("bound", [1, 3, 64, 65, 1_000_003, 2**31])
def test_draws_are_even_below_their_bound(bound: int) -> None:
    found = _Coins(seeded_bytes(bound)).below(bound, 60_000)
    assert 0 <= found.min() <= found.max() < bound
    cells = min(bound, 64)
    counts = np.bincount(found * cells // bound, minlength=cells)
    sizes = np.diff([-(-cell * bound // cells) for cell in range(cells + 1)])
    assert bound == 1 or abs(chi_square(counts, 60_000 * sizes / bound)) < 4


def test_noise_for_a_whole_update_takes_little_time() -> None:
    begun = time.process_time()
    found = discrete_gaussian(3_300_000, 774_914, os.urandom)
    assert time.process_time() - begun < 5, "half a second on a quiet machine"
    assert found.shape == (774_914,)


def test_two_draws_share_nothing_whatever_numpy_was_seeded_with() -> None:
    drawn = []
    for _ in range(2):
        np.random.seed(7)
        drawn.append(discrete_gaussian(1_000_000, 1_000, os.urandom))
    assert (drawn[0] == drawn[1]).mean() < 0.01


@pytest.mark.parametrize("sigma", [0, -1, LARGEST_SIGMA + 1])
def test_impossible_noise_is_refused(sigma: int) -> None:
    with pytest.raises(VsrError, match="sigma"):
        discrete_gaussian(sigma, 1, os.urandom)
