"""The vocal tract: a cascade of resonators (Klatt 1980, JASA 67) that move from vowel to vowel.

Each frame of 23 ms is multiplied by the cascade's response at that moment and the frames are added up again,
which is the resonators' own sound wherever they stand still, and a cross-fade where they move; all frames at
once.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_simulations.generator.prosody import Track
from vsr_simulations.generator.source import RATE, Wave

_HOP: Final = 256
_FFT: Final = 4 * _HOP
"""Twice the frame of two hops: the resonators' ringing has 23 ms to die away before it would wrap around."""

_WIDTHS: Final = (70.0, 100.0, 140.0)
_UPPER: Final = np.arange(3500.0, 10_000.0, 1000.0)
_UPPER_WIDTHS: Final = 60.0 + 0.06 * _UPPER
"""Formants four and up of a tube of 17.5 cm: they stand still, and keep the level of the high spectrum."""


def through(wave: Wave, formants: Track, scale: float, width: float, breath: float) -> Wave:
    """Return `wave` (22,050 Hz) as it leaves the mouth, same length.

    `scale` multiplies every formant's frequency and `width` its bandwidth; `breath` (0 and up) widens the
    first formant further, as an open glottis does.
    """
    from scipy.fft import irfft, rfft

    frames = -(-wave.size // _HOP) + 1
    padded = np.zeros((frames + 1) * _HOP, dtype=np.float32)
    padded[_HOP : _HOP + wave.size] = wave
    window = np.hanning(2 * _HOP + 1)[:-1].astype(np.float32)
    blocks = padded.reshape(-1, _HOP)
    pieces = np.concatenate((blocks[:-1], blocks[1:]), axis=1) * window
    centres = np.arange(frames) * _HOP / RATE
    moving = np.minimum(formants.at(centres) * scale, 0.45 * RATE)
    widths = np.array(_WIDTHS) * width * np.array((1 + breath, 1.0, 1.0))
    response = _response(moving, widths) * _response((_UPPER * scale)[None, :], _UPPER_WIDTHS * width)
    heard = irfft(rfft(pieces, _FFT) * response.astype(np.complex64), _FFT)
    total = np.zeros((frames + 3, _HOP), dtype=np.float32)
    for step in range(4):
        total[step : step + frames] += heard[:, step * _HOP : (step + 1) * _HOP]
    return total.ravel()[_HOP : _HOP + wave.size]


def _response(centres: npt.NDArray[np.float64], widths: npt.NDArray[np.float64]) -> npt.NDArray[np.complex128]:
    """Response of resonators of unit gain at 0 Hz in cascade: `(frames, n)` and `(n,)` Hz to `(frames, bins)`.

    A resonator at or above the Nyquist frequency is left out.
    """
    from scipy.fft import rfft

    poles = np.exp((-np.pi * widths + 2j * np.pi * centres) / RATE)
    audible = centres < RATE / 2
    first = np.where(audible, -2 * poles.real, 0.0)
    second = np.where(audible, np.abs(poles) ** 2, 0.0)
    cascade = np.zeros((centres.shape[0], 2 * centres.shape[1] + 1))
    cascade[:, 0] = 1
    for place in range(centres.shape[1]):
        longer = cascade.copy()
        longer[:, 1:] += first[:, place, None] * cascade[:, :-1]
        longer[:, 2:] += second[:, place, None] * cascade[:, :-2]
        cascade = longer
    response: npt.NDArray[np.complex128] = cascade.sum(axis=1, keepdims=True) / rfft(cascade, _FFT)
    return response
