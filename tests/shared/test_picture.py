import io

import av
import numpy as np
import pytest

from tests.shared.recordings import real_voice
from vsr_shared.audio.decode import decode_blocks
from vsr_shared.audio.picture import MAX_SCALE, colour_map, spectrogram_png
from vsr_shared.audio.segments import segments
from vsr_shared.audio.spectrogram import SpectrogramSpec, spectrogram_image
from vsr_shared.errors import UsageError


def pixels(png: bytes) -> np.ndarray:
    """Decode by FFmpeg: `(height, width, 3)`."""
    with av.open(io.BytesIO(png)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


@pytest.mark.parametrize("scale", [1, 3, MAX_SCALE])
def test_every_cell_becomes_its_colour_with_low_bands_at_the_bottom(scale: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (64, 87), np.uint8)

    seen = pixels(spectrogram_png(image, scale=scale))

    assert seen.shape == (64 * scale, 87 * scale, 3)
    np.testing.assert_array_equal(seen[::scale, ::scale], colour_map()[image[::-1]])
    np.testing.assert_array_equal(seen[scale - 1 :: scale, scale - 1 :: scale], colour_map()[image[::-1]])


def test_a_real_voice_is_brighter_at_the_bottom_than_at_the_top() -> None:
    segment = next(segments(decode_blocks(real_voice())))
    png = spectrogram_png(spectrogram_image(segment.samples, SpectrogramSpec()))
    seen = pixels(png).mean(axis=(1, 2))
    assert seen[32:].mean() > 1.2 * seen[:32].mean()
    assert len(png) < 10_000


def test_the_same_value_has_the_same_colour_in_every_picture() -> None:
    dark, bright = np.full((8, 8), 40, np.uint8), np.full((8, 8), 200, np.uint8)
    mixed = pixels(spectrogram_png(np.concatenate([dark, bright])))
    np.testing.assert_array_equal(mixed[8:], pixels(spectrogram_png(dark)))
    np.testing.assert_array_equal(mixed[:8], pixels(spectrogram_png(bright)))


def test_colours_rise_evenly_in_lightness() -> None:
    linear = (colour_map() / 255.0) ** 2.2
    lightness = np.cbrt(linear @ [0.2126, 0.7152, 0.0722])
    steps = np.diff(lightness[::16])
    assert (steps > 0).all()
    assert steps.max() < 2.5 * steps.min()
    assert len(np.unique(colour_map(), axis=0)) == 256


@pytest.mark.parametrize("image", [np.zeros((0, 5)), np.zeros((4, 4)), np.zeros(4), np.zeros((2, 4, 4))])
def test_what_is_not_an_image_is_refused(image: np.ndarray) -> None:
    as_bytes = image if image.shape == (4, 4) else image.astype(np.uint8)
    with pytest.raises(UsageError):
        spectrogram_png(as_bytes)


@pytest.mark.parametrize("scale", [0, -1, MAX_SCALE + 1])
def test_an_impossible_scale_is_refused(scale: int) -> None:
    with pytest.raises(UsageError):
        spectrogram_png(np.zeros((4, 4), np.uint8), scale=scale)
