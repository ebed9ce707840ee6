"""What one masked vector tells: nothing. Against chance, and against somebody who learns from it.

All of it together fails by chance less than once in 10**9 runs.
"""

import os
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from tests.shared.secure_cohort import cohort
from vsr_shared.secure_sum.client_round import Ready, mask
from vsr_shared.secure_sum.field import Words
from vsr_shared.secure_sum.mask_stream import add_masks
from vsr_shared.secure_sum.quantise import Quantisation, quantise
from vsr_shared.secure_sum.seeds import draw_seed

SIGMAS = 7.0
"""A normal variable lies further out than this by a chance of 2.6e-12; this file looks some 130 times."""


def chi_square_z(values: npt.NDArray[np.integer], cells: int) -> float:
    """Chi-square of the values' counts in `cells`, as a normal variable (Wilson and Hilferty, PNAS 1931)."""
    counts = np.bincount(values, minlength=cells)
    statistic = float(((counts - values.size / cells) ** 2).sum() / (values.size / cells))
    freedom = cells - 1
    return ((statistic / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / np.sqrt(2 / (9 * freedom))


def assert_uniform(words: Words) -> None:
    parts = words.view(np.uint8).reshape(-1, 4)
    for column in parts.T:
        assert abs(chi_square_z(column.astype(np.int64), 256)) < SIGMAS
    assert abs(chi_square_z(words.view(np.uint16).astype(np.int64), 65_536)) < SIGMAS
    for bit in range(32):
        ones = int((words >> np.uint32(bit) & np.uint32(1)).sum())
        assert abs(2 * ones - words.size) < SIGMAS * np.sqrt(words.size)
    centred = words.astype(np.float64) - words.astype(np.float64).mean()
    for lag in (1, 2, 64, 65_536):
        correlation = float(centred[:-lag] @ centred[lag:] / (centred @ centred))
        assert abs(correlation) < SIGMAS / np.sqrt(words.size - lag)


@pytest.mark.parametrize("vector", ["zeros", "an update"])
def test_a_masked_vector_cannot_be_told_from_noise(vector: str) -> None:
    size = 2_000_000
    delta = np.random.default_rng(1).normal(0, 1e-3, size - 1).astype(np.float32)
    plain = quantise(delta, 40, [], Quantisation(), 3) if vector == "an update" else np.zeros(size, np.uint32)
    group = cohort(3, 1, 0, size=size)
    words = mask(group.join(0), plain.copy(), os.urandom)[0].words
    assert_uniform(words)
    difference = np.corrcoef(words.astype(np.float64), plain.view(np.int32).astype(np.float64) + np.arange(size))[0, 1]
    assert abs(difference) < SIGMAS / np.sqrt(size)


def test_the_test_of_uniformity_finds_what_is_not() -> None:
    words = np.random.default_rng(2).integers(0, 2**32, 2_000_000, dtype=np.uint32)
    assert_uniform(words)
    for spoilt in (words | np.uint32(1 << 31) * (np.arange(words.size) % 100 == 0), np.sort(words)):
        with pytest.raises(AssertionError):
            assert_uniform(spoilt.astype(np.uint32))


def test_a_mask_comes_off_as_it_went_on_and_no_two_are_alike() -> None:
    plain = np.arange(300_000, dtype=np.uint32)
    words, seed = plain.copy(), draw_seed(os.urandom)
    add_masks(words, [(seed, 1)])
    other = plain.copy()
    add_masks(other, [(draw_seed(os.urandom), 1)])
    assert (words != plain).mean() > 0.999
    assert (words != other).mean() > 0.999
    add_masks(words, [(seed, -1)])
    np.testing.assert_array_equal(words, plain)


def test_the_stream_is_that_of_aes_in_counter_mode() -> None:
    """NIST SP 800-38A's cipher, block by block: AES-ECB of the counter."""
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import ECB

    from vsr_shared.secure_sum.seeds import stream_key

    seed, words = draw_seed(os.urandom), np.zeros(131_077, np.uint32)
    add_masks(words, [(seed, 1)])
    counters = b"".join(block.to_bytes(16, "big") for block in range(words.size // 4 + 1))
    blocks = Cipher(AES(stream_key(seed)), ECB()).encryptor().update(counters)  # noqa: S305 (it is the counter's)
    np.testing.assert_array_equal(words, np.frombuffer(blocks, "<u4")[: words.size])


def updates(people: int, seed: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """One step of a linear reader of eight normalised features on each person's own clips, and a trait of theirs.

    The trait moves one feature of their voice, as sex moves pitch; the emotions to learn are the same for all. A
    step moves the reader's eight weights along the logistic loss and the normaliser's eight means to the person's.
    """
    rng = np.random.default_rng(seed)
    traits = rng.integers(0, 2, people)
    found = []
    for trait in traits:
        emotions = rng.integers(0, 2, 30)
        features = rng.normal(0, 1, (30, 8)) + np.outer(emotions - 0.5, np.linspace(-1, 1, 8))
        features[:, 3] += 1.5 * (trait - 0.5)
        found.append(np.concatenate([-0.1 * features.T @ (0.5 - emotions) / 30, 0.1 * features.mean(axis=0)]))
    return np.array(found, np.float32), traits


def attack(vectors: list[Words], traits: npt.NDArray[np.int64]) -> float:
    """Accuracy of a logistic regression on the second half of the people, learnt on the first."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    half = len(traits) // 2
    scaled = StandardScaler().fit_transform(np.array(vectors).view(np.int32).astype(np.float64))
    model = LogisticRegression(C=1.0, max_iter=2_000).fit(scaled[:half], traits[:half])
    return float(model.score(scaled[half:], traits[half:]))


def test_a_trait_that_plain_updates_tell_is_not_in_masked_ones() -> None:
    """Half of 1,000 people teach the attacker. At chance, 500 guesses lie within 7 deviations of a half.

    Either kind of mask alone hides as well: a server learns the self masks of those in the sum.
    """
    people = 1_000
    deltas, traits = updates(people, 3)
    ready = cohort(3, 1, 0, size=deltas.shape[1] + 1).join(0)
    plain = [quantise(delta, 30, [], Quantisation(), 3) for delta in deltas]
    self_masked = [mask(ready, vector.copy(), os.urandom)[0].words for vector in plain]

    def fresh() -> Ready:
        pairs = {other: replace(pair, mask=draw_seed(os.urandom)) for other, pair in ready.pairs.items()}
        return replace(ready, pairs=pairs)

    def always_the_same(count: int) -> bytes:
        return bytes(count)

    pair_masked = [mask(fresh(), vector.copy(), always_the_same)[0].words for vector in plain]
    for words in pair_masked:
        add_masks(words, [(np.zeros(4, np.uint32), -1)])
    assert attack(plain, traits) > 0.9
    for masked in (self_masked, pair_masked):
        assert abs(attack(masked, traits) - 0.5) < SIGMAS * 0.5 / np.sqrt(people // 2)
