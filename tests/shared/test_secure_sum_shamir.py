"""Shamir's sharing against big whole numbers: any threshold of shares gives the secrets, fewer give nothing."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vsr_shared.secure_sum.field import MAX_TERMS, PRIME, Words, powers, product, uniform
from vsr_shared.secure_sum.shamir import recover, share


def words(draw_rows: int, columns: int, seed: int) -> Words:
    return np.random.default_rng(seed).integers(0, PRIME, (draw_rows, columns), dtype=np.uint32)


def interpolated(values: list[int], points: list[int], at: int) -> int:
    """The oracle: Lagrange's formula in Python's whole numbers."""
    total = 0
    for own, value in zip(points, values, strict=True):
        above, below = 1, 1
        for other in points:
            if other != own:
                above, below = above * (at - other), below * (own - other)
        total += value * above * pow(below, -1, PRIME)
    return total % PRIME


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 30), st.data())
def test_any_threshold_of_shares_gives_the_secrets_back(holders: int, data: st.DataObject) -> None:
    threshold = data.draw(st.integers(1, holders))
    chosen = data.draw(st.permutations(range(holders)))[:threshold]
    secrets = words(data.draw(st.integers(1, 6)), 4, data.draw(st.integers(0, 2**32)))
    shares = share(secrets, threshold, holders, os.urandom)
    assert shares.shape == (holders, *secrets.shape)
    np.testing.assert_array_equal(recover(shares[chosen], chosen), secrets)
    points = [holder + 1 for holder in chosen]
    assert interpolated([int(shares[holder, 0, 0]) for holder in chosen], points, 0) == secrets[0, 0]


def test_fewer_shares_fit_every_secret() -> None:
    """For two shares of a threshold of three there is one polynomial through them for each possible secret."""
    shares = share(np.full((1, 4), 99, np.uint32), 3, 5, os.urandom)
    known = [int(shares[holder, 0, 0]) for holder in (1, 4)]
    for supposed in (0, 99, 1_234_567, PRIME - 1):
        third = interpolated([supposed, *known], [0, 2, 5], 1)
        forged = np.array([[[third] * 4], [[known[0]] * 4], [[known[1]] * 4]], np.uint32)
        assert recover(forged, [0, 1, 4])[0, 0] == supposed


def test_shares_below_the_threshold_look_alike_whatever_the_secret() -> None:
    """The mean of 40,000 uniform elements lies within 7 of its deviations but for a chance of 3e-12."""
    for secret in (0, PRIME - 1):
        shares = share(np.full((10_000, 4), secret, np.uint32), 2, 3, os.urandom)[0]
        deviation = PRIME / np.sqrt(12 * shares.size)
        assert abs(shares.mean(dtype=np.float64) - PRIME / 2) < 7 * deviation


def test_the_largest_products_are_exact() -> None:
    left, right = np.full((2, MAX_TERMS), PRIME - 1, np.uint32), np.full((MAX_TERMS, 3), PRIME - 1, np.uint32)
    assert product(left, right).tolist() == [[MAX_TERMS % PRIME] * 3] * 2
    random_left, random_right = words(3, 70, 1), words(70, 5, 2)
    expected = random_left.astype(object) @ random_right.astype(object) % PRIME
    assert product(random_left, random_right).tolist() == expected.tolist()
    with pytest.raises(ValueError, match="not exact"):
        product(np.zeros((1, MAX_TERMS + 1), np.uint32), np.zeros((MAX_TERMS + 1, 1), np.uint32))


def test_powers_are_those_of_whole_numbers() -> None:
    points = np.array([1, 2, 128], np.uint32)
    assert powers(points, 40).tolist() == [[pow(int(point), k, PRIME) for k in range(40)] for point in points]


def test_words_that_are_no_element_are_drawn_again() -> None:
    drawn = iter([b"\xff" * 4 + b"\x01\x00\x00\x00", b"\x02\x00\x00\x00"])
    assert uniform(2, lambda _: next(drawn)).tolist() == [1, 2]


@pytest.mark.parametrize(("threshold", "holders"), [(0, 3), (4, 3)])
def test_a_threshold_that_cannot_be_is_refused(threshold: int, holders: int) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        share(np.zeros((1, 4), np.uint32), threshold, holders, os.urandom)
