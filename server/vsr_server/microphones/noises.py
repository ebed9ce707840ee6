"""Noises that are there while somebody speaks: hiss, a room's murmur, other people's talk."""

from typing import Final

import numpy as np

from vsr_server.microphones.microphone import Curve, Noise
from vsr_server.microphones.signals import Floats, fast_length, power
from vsr_shared.audio.decode import SAMPLE_RATE

HOTH: Final[Curve] = (
    (100, 32.4), (125, 30.9), (160, 29.1), (200, 27.6), (250, 26.0), (315, 24.4), (400, 22.7), (500, 21.1),
    (630, 19.5), (800, 17.8), (1000, 16.2), (1250, 14.6), (1600, 12.9), (2000, 11.3), (2500, 9.6), (3150, 7.8),
    (4000, 5.4), (5000, 2.6), (6300, -1.3), (8000, -6.6), (10_000, -13.0),
)  # fmt: skip
"""Noise of rooms with telephones: Hoth 1941, spectral densities of IEEE 269-2001 at 50 dB(A); 10 kHz extrapolated."""

_SYLLABLES_HZ: Final = 4.0
"""Speech comes and goes some four times a second (Houtgast & Steeneken, JASA 77, 1985, figure 1)."""


def speech_curve() -> Curve:
    """Return the long-term spectrum of speech, 100-8,000 Hz, as spectral densities: ITU-T P.50, 5.1.1."""
    hertz = 100 * 2 ** (np.arange(20) / 3)
    x = np.log10(hertz)
    density = -376.44 + 465.439 * x - 157.745 * x**2 + 16.7124 * x**3
    return tuple(zip(hertz.tolist(), density.tolist(), strict=True))


def noise_like(noise: Noise, count: int, rng: np.random.Generator) -> Floats:
    """Return `count` samples of `noise` with power 1."""
    if not noise.talkers:
        return coloured_noise(count, noise.slope, rng, noise.curve)
    voices = np.zeros(count)
    for _ in range(noise.talkers):
        voices += coloured_noise(count, noise.slope, rng, noise.curve) * _syllables(count, rng)
    result: Floats = voices / np.sqrt(power(voices))
    return result


def coloured_noise(count: int, slope: float, rng: np.random.Generator, curve: Curve = ()) -> Floats:
    """Return `count` samples of Gaussian noise of power 1: along `curve`, else by `slope` dB an octave above 50 Hz."""
    size = fast_length(count)
    bins = np.maximum(np.fft.rfftfreq(size, 1 / SAMPLE_RATE), 50.0)
    if curve:
        hertz, decibels = np.array(curve).T
        gain = 10 ** (np.interp(np.log(bins), np.log(hertz), decibels) / 20)
    else:
        gain = (bins / 1_000) ** (slope / (20 * np.log10(2)))
    noise = np.fft.irfft(np.fft.rfft(rng.normal(size=size)) * gain, size)
    result: Floats = noise[:count] / np.sqrt(power(noise))
    return result


def _syllables(count: int, rng: np.random.Generator) -> Floats:
    """How loud one talker is: noise slower than syllables, without its sign."""
    size = fast_length(count)
    bins = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    slow = np.fft.irfft(np.fft.rfft(rng.normal(size=size)) * (bins < _SYLLABLES_HZ), size)[:count]
    result: Floats = np.abs(slow) / np.sqrt(power(slow))
    return result
