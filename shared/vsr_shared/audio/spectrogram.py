"""A 4-second segment as a mel spectrogram image in one fixed colour range.

Short-time Fourier transform (Hann window, centred frames, zeros beyond the edges), power, Slaney mel bands,
decibels below the segment's own loudest cell, and the range [-max_db, 0] dB as 0..255. The image therefore
does not depend on how loud the recording is.
"""

from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from vsr_shared.audio.decode import SAMPLE_RATE
from vsr_shared.audio.mel import MelBands, mel_filterbank
from vsr_shared.errors import UsageError

Floats = npt.NDArray[np.float32]
Image = npt.NDArray[np.uint8]

SEGMENT_PEAK = "segment-peak"
"""0 dB is the loudest cell of the segment itself."""

_BOUNDS: dict[str, tuple[float, float]] = {
    "sample_rate": (SAMPLE_RATE, SAMPLE_RATE),
    "fmin": (0.0, 10_000.0),
    "fmax": (100.0, 1_000_000.0),
    "max_db": (10.0, 200.0),
    "n_fft": (64, 16_384),
    "win_length": (16, 16_384),
    "hop_length": (32, 16_384),
    "n_mels": (8, 512),
    "seconds": (0.5, 30.0),
}


@dataclass(frozen=True)
class SpectrogramSpec:
    """Parameters of the image; a base model is bound to those that it was trained with.

    Rates and frequencies in Hz, lengths in samples. `fmax` is the predecessor's 20 kHz, and bands are laid
    out up to `top_frequency`, the Nyquist frequency of 11,025 Hz, so that none of them is empty
    (docs/voices.md). UsageError where a value is out of bounds.
    """

    sample_rate: int = SAMPLE_RATE
    fmin: float = 0.0
    fmax: float = 20_000.0
    max_db: float = 100.0
    n_fft: int = 2048
    win_length: int = 2048
    hop_length: int = 1024
    n_mels: int = 64
    seconds: float = 4.0
    reference: str = SEGMENT_PEAK

    def __post_init__(self) -> None:
        for name, (low, high) in _BOUNDS.items():
            value = getattr(self, name)
            whole = isinstance(getattr(SpectrogramSpec, name), int)
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                raise UsageError(f"spectrogram: {name} must be a {'whole ' * whole}number, not {value!r}")
            if not isfinite(value) or not low <= value <= high:
                raise UsageError(f"spectrogram: {name} is {value}; it must lie in {low:g} to {high:g}")
        if self.reference != SEGMENT_PEAK:
            raise UsageError(f"spectrogram: reference {self.reference!r} is not known; use {SEGMENT_PEAK!r}")
        if self.win_length > self.n_fft or self.fmin >= self.top_frequency:
            raise UsageError("spectrogram: win_length may not exceed n_fft, nor fmin reach fmax or Nyquist")

    @property
    def samples(self) -> int:
        """Samples of a segment: 88,200 by default."""
        return round(self.seconds * self.sample_rate)

    @property
    def frames(self) -> int:
        """Frames of the image, one centred on every `hop_length` samples from the first: 87 by default."""
        return 1 + self.samples // self.hop_length

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of the image: `(n_mels, frames)`, 64 x 87 by default."""
        return self.n_mels, self.frames

    @property
    def top_frequency(self) -> float:
        """Upper end of the highest band in Hz: `fmax`, or Nyquist where that is lower."""
        return min(self.fmax, self.sample_rate / 2)

    def to_dict(self) -> dict[str, int | float | str]:
        """Return the parameters for a manifest."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "SpectrogramSpec":
        """Return the parameters in a manifest; UsageError where one is missing, unknown or out of bounds."""
        expected = {field.name for field in fields(cls)}
        if set(values) != expected:
            odd = ", ".join(sorted(map(str, set(values) ^ expected)))
            raise UsageError(f"spectrogram: these parameters are missing or unknown: {odd}; use a matching version")
        return cls(**values)


def spectrogram_image(samples: Floats, spec: SpectrogramSpec) -> Image:
    """Return the image of one segment `(88200,)` as uint8 `(n_mels, frames)`.

    Segments `(n, 88200)` give images `(n, n_mels, frames)`. Row 0 is the lowest band (a picture turns
    it upside down), column 0 the beginning; 255 is the loudest cell, 0 is `max_db` below it or quieter.
    Digital silence is all 0. UsageError where the length is not the spec's.
    """
    if samples.ndim not in {1, 2} or samples.shape[-1] != spec.samples:
        raise UsageError(f"expected segments of {spec.samples} samples, got an array of shape {samples.shape}")
    bands = _bands(spec)
    if samples.ndim == 1:
        return quantised(mel_decibels(samples, spec, bands), spec)
    images = [quantised(mel_decibels(segment, spec, bands), spec) for segment in samples]
    return np.stack(images) if images else np.empty((0, *spec.shape), np.uint8)


def mel_decibels(segment: Floats, spec: SpectrogramSpec, bands: MelBands) -> Floats:
    """Return `(n_mels, frames)` in dB relative to the loudest cell, within -max_db..0.

    `segment` has shape `(samples,)`. Digital silence is -max_db everywhere.
    """
    peak = np.abs(segment).max()
    if not peak > 0:
        return np.full((len(bands.weights), spec.frames), -spec.max_db, np.float32)
    # Level first, so that float32 loses the same at every loudness.
    padded = np.pad(segment.astype(np.float32, copy=False) / peak, spec.n_fft // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, spec.n_fft)[:: spec.hop_length][: spec.frames]
    spectrum = np.fft.rfft(frames * _window(spec.n_fft, spec.win_length), axis=-1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    mel = bands.apply(power)
    floor = np.float32(10 ** (-spec.max_db / 10))
    decibels: Floats = 10 * np.log10(np.maximum(mel / mel.max(), floor))
    return decibels


def quantised(decibels: Floats, spec: SpectrogramSpec) -> Image:
    """Return -max_db..0 dB as 0..255, the one fixed colour range."""
    levels: Image = np.rint((decibels + spec.max_db) * (255 / spec.max_db)).clip(0, 255).astype(np.uint8)
    return levels


@lru_cache(maxsize=8)
def _bands(spec: SpectrogramSpec) -> MelBands:
    bank = mel_filterbank(spec.sample_rate, spec.n_fft, spec.n_mels, spec.fmin, spec.top_frequency)
    return MelBands.of(bank)


@lru_cache(maxsize=8)
def _window(n_fft: int, win_length: int) -> Floats:
    """Periodic Hann window of `win_length`, in the middle of `n_fft` zeros."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(win_length) / win_length)
    before = (n_fft - win_length) // 2
    return np.pad(hann, (before, n_fft - win_length - before)).astype(np.float32)
