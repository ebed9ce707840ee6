"""Augmentation keeps what an image is, and each step does what its name says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vsr_server.base.training.augment import (
    Augmentation,
    augment,
    band_limited,
    coloured,
    masked,
    noisy,
    reverberated,
    warped,
)


def images(n: int = 6) -> np.ndarray:
    """Loud stripes of different lengths in silence, as short recordings are."""
    pictures = np.zeros((n, 64, 87), np.uint8)
    for i in range(n):
        pictures[i, 5:40, : 12 + 12 * i] = 120 + 20 * i
    return pictures


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_an_augmented_image_is_an_image_still(seed: int, strength: float) -> None:
    found = augment(images(), np.random.default_rng(seed), strength)
    assert found.shape == (6, 64, 87)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert found.min() >= 0
    assert found.max() <= 255


def test_no_strength_changes_nothing() -> None:
    assert (augment(images(), np.random.default_rng(0), 0.0) == images()).all()


def test_the_same_seed_gives_the_same_images() -> None:
    a, b, c = (augment(images(), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (a == b).all()
    assert not np.allclose(a, c)


@pytest.mark.parametrize("picture", [np.zeros((2, 64, 87), np.uint8), np.full((2, 64, 87), 255, np.uint8)])
def test_silence_and_full_loudness_stay_finite(picture: np.ndarray) -> None:
    assert np.isfinite(augment(picture, np.random.default_rng(3))).all()


def test_a_short_recording_moves_but_stays_whole() -> None:
    decibels = np.full((40, 64, 87), -100, np.float32)
    decibels[:, 10:20, :20] = 0
    moved = warped(decibels, np.random.default_rng(0), 0.0, 0.0, 8.0)
    sounding = (moved > -50).any(axis=1)
    first = sounding.argmax(axis=1)
    assert len(set(first)) > 10
    assert sounding.sum(axis=1).min() >= 18


def test_reverberation_adds_power_after_the_sound_and_none_before() -> None:
    power = np.full((1, 4, 30), 1e-10, np.float32)
    power[:, :, 10] = 1
    wet = reverberated(power, np.random.default_rng(0), 1.0)
    assert np.allclose(wet[:, :, :10], power[:, :, :10], rtol=2)
    assert (wet[0, 0, 11:15] > 100 * power[0, 0, 11:15]).all()
    assert (np.diff(wet[0, 0, 11:15]) < 0).all()


def test_a_microphones_colour_is_one_offset_a_band() -> None:
    power = np.random.default_rng(0).uniform(0.1, 1, (3, 64, 20)).astype(np.float32)
    offset = 10 * np.log10(coloured(power, np.random.default_rng(1), 1.0, (5, 5)) / power)
    assert np.ptp(offset, axis=2).max() < 1e-3
    assert 1 < offset[:, :, 0].std() < 12
    assert np.abs(np.diff(offset[:, :, 0], axis=1)).max() < 6


def test_noise_lies_at_its_level_below_the_loudest_cell() -> None:
    power = np.full((200, 16, 20), 1e-10, np.float32)
    power[:, 3, 3] = 1
    levels = 10 * np.log10(np.median(noisy(power, np.random.default_rng(2), 1.0, (-40, -40)), axis=(1, 2)))
    assert np.median(levels) == pytest.approx(-40, abs=2)


def test_masks_hide_no_more_than_they_may() -> None:
    decibels = np.random.default_rng(0).normal(-50, 10, (50, 64, 87)).astype(np.float32)
    how = Augmentation()
    found = masked(decibels, np.random.default_rng(1), 1.0, how.mask_bands, how.mask_frames)
    hidden_bands = (found != decibels).all(axis=2).sum(axis=1)
    hidden_frames = (found != decibels).all(axis=1).sum(axis=1)
    assert hidden_bands.max() <= 2 * how.mask_bands
    assert hidden_frames.max() <= 2 * how.mask_frames
    assert hidden_bands.max() > 0


def test_a_narrow_band_cuts_off_at_both_ends_and_leaves_the_middle() -> None:
    power = np.ones((60, 64, 5), np.float32)
    narrow = band_limited(power, np.random.default_rng(0), 1.0)
    assert (narrow[:, 12:38] == 1).all()
    assert 1e-7 < narrow[:, 0].min() < 1e-3 and 1e-7 < narrow[:, -1].min() < 1e-3
    assert (band_limited(power, np.random.default_rng(0), 0.0) == power).all()
