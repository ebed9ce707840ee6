"""The mel filterbank in Slaney's form, of our own because importing librosa takes seconds.

Slaney, Auditory Toolbox (1998): linear below 1 kHz (66.7 Hz a mel), logarithmic above (27 mels for a factor
of 6.4), triangles of equal area. The same as `librosa.filters.mel`, against which a test holds it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_HZ_PER_MEL = 200.0 / 3.0
_LOG_FROM_HZ = 1000.0
_LOG_FROM_MEL = _LOG_FROM_HZ / _HZ_PER_MEL
_LOG_STEP = np.log(6.4) / 27.0


def mel_filterbank(sample_rate: int, n_fft: int, n_mels: int, fmin: float, fmax: float) -> Floats:
    """Return the weights `(n_mels, 1 + n_fft // 2)` that turn a power spectrum into mel bands, lowest first.

    Frequencies are in Hz. A band above the Nyquist frequency is all zeros: clamp `fmax` to avoid it.
    """
    bins = np.arange(1 + n_fft // 2) * (sample_rate / n_fft)
    corners = band_corners(n_mels, fmin, fmax)
    low, centre, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    rising, falling = (bins - low) / (centre - low), (high - bins) / (high - centre)
    triangles = np.maximum(0.0, np.minimum(rising, falling)) * (2.0 / (high - low))
    bank: Floats = triangles.astype(np.float32)
    return bank


def band_corners(n_mels: int, fmin: float, fmax: float) -> npt.NDArray[np.float64]:
    """Return `(n_mels + 2,)` frequencies in Hz: band i rises from corner i, peaks at i + 1 and ends at i + 2."""
    return _to_hz(np.linspace(_to_mel(fmin), _to_mel(fmax), n_mels + 2))


@dataclass(frozen=True)
class MelBands:
    """A filterbank without its zeros: each band's first frequency bin and its weights from there on."""

    first_bins: tuple[int, ...]
    weights: tuple[Floats, ...]

    @classmethod
    def of(cls, bank: Floats) -> "MelBands":
        """Return the bands of `bank`, as `mel_filterbank` makes it."""
        filled = [np.flatnonzero(band) for band in bank]
        spans = [(int(bins[0]), int(bins[-1]) + 1) if len(bins) else (0, 0) for bins in filled]
        weights = tuple(band[low:high].copy() for band, (low, high) in zip(bank, spans, strict=True))
        return cls(tuple(low for low, _ in spans), weights)

    def apply(self, power: Floats) -> Floats:
        """Return the mel spectrum `(n_mels, frames)` of a power spectrum `(frames, bins)`."""
        # Small products, one a band: for a single large one BLAS starts threads, up to 60 ms on a busy machine.
        mel = np.empty((len(self.weights), len(power)), np.float32)
        for row, (first, weights) in enumerate(zip(self.first_bins, self.weights, strict=True)):
            np.dot(power[:, first : first + len(weights)], weights, out=mel[row])
        return mel


def _to_mel(hz: float) -> float:
    if hz < _LOG_FROM_HZ:
        return hz / _HZ_PER_MEL
    return float(_LOG_FROM_MEL + np.log(hz / _LOG_FROM_HZ) / _LOG_STEP)


def _to_hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    logarithmic = _LOG_FROM_HZ * np.exp(_LOG_STEP * (mel - _LOG_FROM_MEL))
    return np.where(mel < _LOG_FROM_MEL, mel * _HZ_PER_MEL, logarithmic)
