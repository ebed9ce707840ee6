"""Spectrogram image -> what the network takes: three views of it, two of which do not know the equipment.

The colour of a microphone and of a room is a factor a band, so an offset in decibels. Hence

1. decibels without each band's own mean over the frames in which somebody speaks (cepstral mean normalisation,
   Atal 1974, here on the mel spectrum), zero elsewhere
2. the slope of the decibels along time, in which a constant offset vanishes too
3. the decibels themselves, which keep the balance between high and low

each scaled to about unit variance, as a network with ImageNet's weights expects it. What lies more than 60 dB below
the loudest cell is taken for 60 dB: there the noise of the equipment is, not the voice.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Levels = npt.NDArray[np.uint8] | npt.NDArray[np.floating[Any]]

DECIBELS_A_LEVEL: Final = 100 / 255
FLOOR_DB: Final = -60.0
SPEECH_DB: Final = -45.0
"""A frame whose loudest cell is above this is one in which somebody speaks."""

_BAND_SCALE, _SLOPE_SCALE, _MIDDLE_DB, _LEVEL_SCALE = 12.0, 10.0, -40.0, 15.0


def network_input(images: Levels) -> npt.NDArray[np.float32]:
    """Return `images` (levels 0..255, shape (n, height, width)) as the network's input, float32 (n, height, width, 3).

    Levels count as 100 dB in 255 steps, whatever the image's own range.
    """
    decibels = np.asarray(images, np.float32) * np.float32(DECIBELS_A_LEVEL) - np.float32(100)
    speech = (decibels.max(axis=1, keepdims=True) > SPEECH_DB).astype(np.float32)
    decibels = np.maximum(decibels, np.float32(FLOOR_DB))
    mean = (decibels * speech).sum(axis=2, keepdims=True) / np.maximum(speech.sum(axis=2, keepdims=True), 1)
    result = np.zeros((*decibels.shape, 3), np.float32)
    result[..., 0] = (decibels - mean) * speech / _BAND_SCALE
    result[:, :, 1:-1, 1] = (decibels[:, :, 2:] - decibels[:, :, :-2]) / _SLOPE_SCALE
    result[..., 2] = (decibels - _MIDDLE_DB) / _LEVEL_SCALE
    return result
