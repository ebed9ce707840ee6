"""Covering parts of a recording: what is covered, and what a recording is without it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsr_shared.audio.mel import band_corners, mel_filterbank
from vsr_shared.learning.occlusion import left_out, most_decisive, occluded, parts


@given(bands=st.integers(4, 90), frames=st.integers(4, 120))
def test_parts_cover_every_cell_once(bands: int, frames: int) -> None:
    seen = np.zeros((bands, frames), int)
    for part in parts(bands, frames):
        seen[slice(*part.bands), slice(*part.frames)] += 1
    assert len(parts(bands, frames)) == 16 and (seen == 1).all()


def test_a_covered_part_is_its_bands_mean_and_the_rest_is_untouched() -> None:
    image = np.random.default_rng(1).integers(0, 256, (64, 87)).astype(np.uint8)
    chosen = parts(*image.shape)
    copies = occluded(image, chosen)
    for copy, part in zip(copies, chosen, strict=True):
        inside = np.zeros(image.shape, bool)
        inside[slice(*part.bands), slice(*part.frames)] = True
        assert (copy[~inside] == image[~inside]).all()
        rows = copy[slice(*part.bands), slice(*part.frames)]
        assert np.ptp(rows, axis=1).max() == 0
        assert rows[:, 0] == pytest.approx(image[slice(*part.bands)].mean(axis=1), abs=0.51)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_without_a_segment_the_others_decide(positives: list[float]) -> None:
    values = np.array(positives)
    for index, without in enumerate(left_out(values)):
        assert without == pytest.approx(np.delete(values, index).mean(), abs=1e-9)


def test_a_segment_that_is_alone_cannot_be_left_out() -> None:
    assert np.isnan(left_out(np.array([0.3]))).all()


@pytest.mark.parametrize(
    ("positives", "expected"), [([0.9, 0.6, 0.2], 0), ([0.1, 0.6, 0.2], 0), ([0.4, 0.1], 1), ([0.7], 0)]
)
def test_the_most_decisive_segment_pulls_to_the_side_that_won(positives: list[float], expected: int) -> None:
    assert most_decisive(np.array(positives)) == expected


def test_band_corners_are_where_the_filters_are() -> None:
    corners = band_corners(64, 0.0, 11_025.0)
    bank = mel_filterbank(22_050, 2048, 64, 0.0, 11_025.0)
    bins = np.arange(1025) * 22_050 / 2048
    for band, weights in enumerate(bank):
        inside = bins[weights > 0]
        assert len(inside) == 0 or corners[band] <= inside.min() <= inside.max() <= corners[band + 2]
