"""Cepstral statistics: how a voice sounds in one segment, in 79 numbers that know little of words and equipment.

Mel-frequency cepstral coefficients (Davis & Mermelstein, IEEE TASSP 1980) of the spectrogram image: their mean and
deviation over the frames in which somebody speaks; of the first twelve their slow course over these frames, how they
rise and how they arch (the first and second Legendre polynomial of time, as Grabe, Kochanski & Coleman describe
intonation, Language and Speech 2007); of the first six how they move together, their correlations over these frames,
which no microphone's colour changes. What lies more than 60 dB below the loudest cell is taken for 60 dB: there the
noise of the room is, by which recordings of one sitting could else be told.
"""

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_shared.network.image_input import DECIBELS_A_LEVEL, FLOOR_DB, SPEECH_DB

Floats = npt.NDArray[np.float32]

COEFFICIENTS: Final = 20
PLAIN: Final = 2 * COEFFICIENTS
"""Means and deviations, which come first: what hand-made features are elsewhere."""
COURSED: Final = 12
TOGETHER: Final = 6
STATISTICS: Final = PLAIN + 2 * COURSED + TOGETHER * (TOGETHER - 1) // 2

_MEAN_SCALES: Final = (20.5, 14.6, 14.0, 7.8, 8.7, 7.0, 5.4, 6.1, 4.7, 4.2) + (4.5,) * 10
_DEVIATION_SCALES: Final = (11.6, 7.4, 4.9, 3.3, 3.2, 3.0, 2.0, 1.6, 1.7, 1.7, 1.5, 1.8, 2.2, 2.5, 2.6) + (2.8,) * 5
_RISE_SCALES: Final = (9.6, 4.8, 2.6, 2.5, 2.2, 1.7, 1.5, 1.5, 1.5, 1.2, 1.1, 1.3)
_ARCH_SCALES: Final = (7.6, 5.3, 2.2, 2.4, 2.0, 1.5, 1.5, 1.2, 1.0, 0.9, 0.9, 1.0)
_TOGETHER_SCALES: Final = (0.22,) * 15
_SCALES: Final = np.array(_MEAN_SCALES + _DEVIATION_SCALES + _RISE_SCALES + _ARCH_SCALES + _TOGETHER_SCALES, np.float32)
"""Standard deviations over 839 recordings of ravdess actors 1-14, rounded: no coefficient may drown the others."""
_STILL_DB: Final = 0.01
"""Added to deviations, so that a coefficient that does not move moves with no other."""


def cepstral_statistics(images: npt.NDArray[np.uint8]) -> Floats:
    """Return (n, 79) for images (n, bands, frames): means, deviations, rises, arches, pairs, each over its scale."""
    decibels = images.astype(np.float32) * np.float32(DECIBELS_A_LEVEL) - np.float32(100)
    spoken = (decibels.max(axis=1) > SPEECH_DB).astype(np.float32)
    cepstrum = _cosines(images.shape[1]) @ np.maximum(decibels, np.float32(FLOOR_DB))
    count = np.maximum(spoken.sum(axis=1), 1)[:, None]
    mean = (cepstrum * spoken[:, None]).sum(axis=2) / count
    variance = (np.square(cepstrum - mean[..., None]) * spoken[:, None]).sum(axis=2) / count
    # From -1 in the first frame in which somebody speaks to 1 in the last, pauses not counted.
    time = 2 * (np.cumsum(spoken, axis=1) - 1) / np.maximum(count - 1, 1) - 1
    rise, arch = (
        (cepstrum[:, :COURSED] * (course * spoken)[:, None]).sum(axis=2) / count
        for course in (time, 1.5 * np.square(time) - 0.5)
    )
    off = (cepstrum[:, :TOGETHER] - mean[:, :TOGETHER, None]) * spoken[:, None]
    deviation = np.sqrt(variance[:, :TOGETHER]) + np.float32(_STILL_DB)
    together = (off @ off.swapaxes(1, 2)) / (count[..., None] * deviation[:, :, None] * deviation[:, None])
    pairs = together[:, *np.triu_indices(TOGETHER, 1)]
    parts = [mean, np.sqrt(variance), rise, arch, pairs]
    result: Floats = (np.concatenate(parts, axis=1) / _SCALES).astype(np.float32)
    return result


@lru_cache(maxsize=4)
def _cosines(bands: int) -> Floats:
    """Return the first rows of the orthonormal discrete cosine transform of type II, (20, bands)."""
    angles = np.pi / bands * (np.arange(bands) + 0.5) * np.arange(COEFFICIENTS)[:, None]
    rows = np.sqrt(2 / bands) * np.cos(angles)
    rows[0] /= np.sqrt(2)
    result: Floats = rows.astype(np.float32)
    return result
