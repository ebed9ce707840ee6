"""The sounds before the vocal tract: the glottis' pulses and breath, and the hiss of consonants.

Pulses are Rosenberg's (1971, JASA 49, trigonometric form), taken as the derivative of flow so that radiation
at the lips is included, and read from tables whose harmonics end below the Nyquist frequency, so that nothing
folds back. Jitter and shimmer are one random factor for each cycle.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_simulations.generator.prosody import Hiss

RATE: Final = 22_050
"""Samples a second of all that is generated."""

_TABLE: Final = 2048
_LOWEST: Final = 60.0
_HIGHEST: Final = 640.0
_BANDS: Final = 11
"""Third octaves from `_LOWEST` to above `_HIGHEST`, each with its own count of harmonics."""

Wave = npt.NDArray[np.float32]


def glottis(
    pitch: Wave, *, tilt: float, opening: float, jitter: float, shimmer: float, random: np.random.Generator
) -> tuple[Wave, npt.NDArray[np.bool_]]:
    """Return pulses of unit power (shape of `pitch`, which is in Hz) and where the glottis is open.

    `tilt` is in dB per octave against Rosenberg's own spectrum, `opening` the open part of a cycle (0..1),
    `jitter` and `shimmer` the deviation per cycle of period and of amplitude, as fractions.
    """
    pitch = np.clip(pitch, _LOWEST, _HIGHEST)
    cycle = (np.cumsum(pitch, dtype=np.float64) / RATE).astype(np.int32)
    cycles = int(cycle[-1]) + 1
    period = (1 + jitter * random.normal(size=cycles)).astype(np.float32)
    strength = (1 + shimmer * random.normal(size=cycles)).astype(np.float32)
    phase = np.cumsum(pitch * period[cycle], dtype=np.float64) / RATE
    phase -= np.floor(phase)
    band = np.minimum((3 * np.log2(pitch / np.float32(_LOWEST))).astype(np.int32), _BANDS - 1)
    place = band * _TABLE + (phase * _TABLE).astype(np.int32)
    pulses: Wave = _tables(tilt, opening).ravel()[place] * strength[cycle]
    return pulses, phase < opening


def _tables(tilt: float, opening: float) -> Wave:
    """One cycle of flow's derivative per band of pitch: shape `(bands, table)`, unit power each."""
    time = np.arange(_TABLE) / _TABLE
    rise, fall = 0.67 * opening, 0.33 * opening
    flow = np.where(time < rise, 0.5 * (1 - np.cos(np.pi * time / rise)), 0.0)
    closing = (time >= rise) & (time < opening)
    flow[closing] = np.cos(np.pi * (time[closing] - rise) / (2 * fall))
    harmonic = np.arange(1, _TABLE // 2 + 1)
    spectrum = 1j * harmonic * np.fft.rfft(flow)[1:] * harmonic ** (tilt / (20 * np.log10(2)))
    top = _LOWEST * 2 ** (np.arange(1, _BANDS + 1) / 3)
    kept = np.where(harmonic[None, :] * top[:, None] < RATE / 2, spectrum[None, :], 0)
    tables = np.fft.irfft(np.concatenate((np.zeros((_BANDS, 1)), kept), axis=1), axis=1)
    unit: Wave = (tables / np.sqrt(np.mean(tables**2, axis=1, keepdims=True))).astype(np.float32)
    return unit


_NARROWINGS: Final = ((1500.0, 5000.0), (3000.0, 1500.0), (6500.0, 3000.0))
"""Centre and bandwidth in Hz of each kind of hiss, for an average man's mouth."""


def hisses(events: tuple[Hiss, ...], length: int, tract: float, random: np.random.Generator) -> Wave:
    """Return the noise of all consonants, `length` samples: white, through one resonance each (Klatt 1980)."""
    from scipy.signal import lfilter

    wave = np.zeros(length, dtype=np.float32)
    for event in events:
        start = int(event.start * RATE)
        count = min(int(event.length * RATE), length - start)
        centre, width = _NARROWINGS[event.kind]
        pole = np.exp(-np.pi * width / RATE + 2j * np.pi * min(centre * tract, 9000.0) / RATE)
        noise = random.standard_normal(count, dtype=np.float32)
        shaped = lfilter([1.0, -0.95], [1.0, -2 * pole.real, abs(pole) ** 2], noise)
        shaped *= np.sin(np.pi * np.arange(count) / max(count, 1)) / max(float(np.std(shaped)), 1e-6)
        wave[start : start + count] += (event.gain * shaped).astype(np.float32)
    return wave
