"""What the network sees of a spectrogram: views that another microphone does not change."""

import numpy as np
import pytest

from vsr_shared.network.image_input import network_input


@pytest.fixture
def image() -> np.ndarray:
    """A voice of 60 frames at levels well above the floor, then digital silence."""
    levels = np.zeros((64, 87), np.float32)
    levels[:, :60] = np.random.default_rng(1).integers(150, 220, (64, 60))
    return levels


def test_the_colour_of_a_microphone_changes_only_the_view_that_keeps_levels(image: np.ndarray) -> None:
    colour = np.linspace(-20, 20, 64, dtype=np.float32)[:, None]
    coloured = np.where(image > 0, image + colour, 0)
    plain, other = network_input(image[None])[0], network_input(coloured[None])[0]
    np.testing.assert_allclose(other[..., 0], plain[..., 0], atol=1e-4)
    np.testing.assert_allclose(other[:, :58, 1], plain[:, :58, 1], atol=1e-4)
    assert np.abs(other[..., 2] - plain[..., 2]).max() > 0.3


def test_what_nobody_can_hear_counts_for_nothing(image: np.ndarray) -> None:
    hissing = image.copy()
    hissing[:, 60:] = 90  # -65 dB, below the floor
    np.testing.assert_array_equal(network_input(hissing[None]), network_input(image[None]))


def test_bands_are_free_of_their_mean_where_somebody_speaks(image: np.ndarray) -> None:
    view = network_input(image[None])[0, ..., 0]
    np.testing.assert_allclose(view.mean(axis=1), 0, atol=1e-5)
    assert not view[:, 60:].any()


def test_views_are_scaled_alike_and_one_image_does_not_touch_another(image: np.ndarray) -> None:
    both = network_input(np.stack([image, image[::-1]]).astype(np.uint8))
    assert both.dtype == np.float32 and both.shape == (2, 64, 87, 3)
    assert 0.3 < both[0].std() < 3
    np.testing.assert_array_equal(both[:1], network_input(image[None].astype(np.uint8)))


def test_silence_is_finite() -> None:
    assert np.isfinite(network_input(np.zeros((1, 64, 87), np.uint8))).all()
