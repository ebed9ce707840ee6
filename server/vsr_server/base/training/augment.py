"""Other voices, rooms and microphones from the same recording: augmentation of spectrogram images, in NumPy.

Images hold dB below the loudest cell, so that a microphone's colour is an offset a band, a room a decay along time
and noise a sum of powers: all that can be done to the wave is done to the image, at a thousandth of the cost. In turn:

1. tempo, vocal tract length (Jaitly & Hinton 2013) and position in the segment
2. reverberation: an exponential decay with an RT60 of 0.15 to 0.8 s
3. colour of a microphone: smooth random offsets a band, deviation up to 7 dB
4. the narrow band of telephones and headsets
5. coloured noise, 28 to 75 dB below the loudest cell
6. SpecAugment (Park et al. 2019): two masks of bands and two of frames
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Pictures = npt.NDArray[np.uint8]

_DB: Final = 100.0
_HOP_SECONDS: Final = 1024 / 22_050
_KNOTS: Final = 7


@dataclass(frozen=True)
class Augmentation:
    """How often and how far, for a strength of 1."""

    tempo: float = 0.15
    vocal_tract: float = 0.06
    shift_frames: float = 8.0
    reverberation: float = 0.3
    colour: float = 0.7
    colour_db: tuple[float, float] = (1.0, 7.0)
    narrow_band: float = 0.4
    noise: float = 0.6
    noise_db: tuple[float, float] = (-75.0, -28.0)
    masks: float = 0.8
    mask_bands: int = 8
    mask_frames: int = 10


def augment(
    images: Pictures, rng: np.random.Generator, strength: float = 1.0, how: Augmentation | None = None
) -> Floats:
    """Return augmented `images` (n, bands, frames), uint8 in and float32 within 0..255 out.

    `strength` in 0..1 scales probabilities and warping; 0 gives the images as they are.
    """
    if strength <= 0:
        return images.astype(np.float32)
    how = how or Augmentation()
    decibels = images.astype(np.float32) * (_DB / 255) - _DB
    decibels = warped(decibels, rng, how.tempo * strength, how.vocal_tract * strength, how.shift_frames)
    power = (10 ** (decibels / 10)).astype(np.float32)
    power = reverberated(power, rng, how.reverberation * strength)
    power = coloured(power, rng, how.colour * strength, how.colour_db)
    power = band_limited(power, rng, how.narrow_band * strength)
    power = noisy(power, rng, how.noise * strength, how.noise_db)
    loudest = np.maximum(power.max(axis=(1, 2), keepdims=True), 1e-30)
    decibels = 10 * np.log10(np.maximum(power / loudest, 10 ** (-_DB / 10)))
    decibels = masked(decibels, rng, how.masks * strength, how.mask_bands, how.mask_frames)
    result: Floats = np.clip((decibels + _DB) * (255 / _DB), 0, 255).astype(np.float32)
    return result


def warped(decibels: Floats, rng: np.random.Generator, tempo: float, tract: float, shift: float) -> Floats:
    """Return (n, bands, frames) with other tempo, formants and position; bilinear, silence where nothing was."""
    n, bands, frames = decibels.shape
    speed = rng.uniform(1 - tempo, 1 + tempo, (n, 1))
    length = rng.uniform(1 - tract, 1 + tract, (n, 1))
    start = _starts(decibels, rng, speed[:, 0], shift)[:, None]
    time = (np.arange(frames)[None] - start) * speed
    inside = (time >= 0) & (time <= frames - 1)
    t, t_part = _whole_and_part(time, frames)
    f, f_part = _whole_and_part(np.arange(bands)[None] * length, bands)
    clip, f, t = np.arange(n)[:, None, None], f[:, :, None], t[:, None, :]
    across, up = t_part[:, None, :], f_part[:, :, None]
    lower = decibels[clip, f, t] * (1 - across) + decibels[clip, f, t + 1] * across
    upper = decibels[clip, f + 1, t] * (1 - across) + decibels[clip, f + 1, t + 1] * across
    result: Floats = np.where(inside[:, None, :], lower * (1 - up) + upper * up, -_DB).astype(np.float32)
    return result


def _starts(decibels: Floats, rng: np.random.Generator, speed: npt.NDArray[np.float64], shift: float) -> Floats:
    """Frames that each recording is moved by: anywhere in the room it leaves, a little where it leaves none."""
    n, _, frames = decibels.shape
    used = np.where((decibels > -_DB + 0.5).any(axis=1), np.arange(frames), 0).max(axis=1) + 1
    free = np.maximum(0, frames - used / speed)
    moved = np.where(rng.random((n,)) < 0.6, rng.random((n,)) * free, 0)
    nudged = rng.uniform(-0.25, 0.5, (n,)) * shift
    return np.where(free < 4, moved + nudged, moved).astype(np.float32)


def reverberated(power: Floats, rng: np.random.Generator, chance: float) -> Floats:
    """Return `power` with an exponentially decaying tail added, 0 to 12 dB below the direct sound."""
    n, bands, frames = power.shape
    chosen = rng.random((n,)) < chance
    kept = (10 ** (-6 * _HOP_SECONDS / rng.uniform(0.15, 0.8, (n,))))[:, None].astype(np.float32)
    wet = np.where(chosen, 10 ** (rng.uniform(-12, 0, (n,)) / 10), 0).astype(np.float32)
    tail, last = np.empty_like(power), np.zeros((n, bands), np.float32)
    for frame in range(frames):
        last = last * kept + power[:, :, frame]
        tail[:, :, frame] = last * (1 - kept)
    return power + tail * wet[:, None, None]


def coloured(power: Floats, rng: np.random.Generator, chance: float, deviation: tuple[float, float]) -> Floats:
    """Return `power` as another microphone would give it: smooth offsets a band, of `deviation` dB."""
    n, bands, _ = power.shape
    offsets = smooth_curves(rng, rng.uniform(deviation[0], deviation[1], (n,)), bands)
    chosen = rng.random((n,)) < chance
    result: Floats = power * (10 ** (np.where(chosen[:, None], offsets, 0) / 10))[:, :, None].astype(np.float32)
    return result


def band_limited(power: Floats, rng: np.random.Generator, chance: float) -> Floats:
    """Return `power` with up to 12 % of the bands cut off below and up to 40 % above, 15 dB a band."""
    n, bands, _ = power.shape
    low = rng.uniform(0, 0.12, (n, 1)) * bands
    top = rng.uniform(0.6, 1, (n, 1)) * bands
    band = np.arange(bands)[None]
    loss = 60 * (np.clip((band - top) / 4, 0, 1) + np.clip((low - band) / 4, 0, 1))
    chosen = rng.random((n, 1)) < chance
    result: Floats = power * (10 ** (-np.where(chosen, loss, 0) / 10))[:, :, None].astype(np.float32)
    return result


def noisy(power: Floats, rng: np.random.Generator, chance: float, level: tuple[float, float]) -> Floats:
    """Return `power` with coloured noise added, `level` dB relative to the loudest cell."""
    n, bands, _ = power.shape
    decibels = rng.uniform(level[0], level[1], (n,))[:, None] + smooth_curves(rng, rng.uniform(1, 7, (n,)), bands)
    chosen = (rng.random((n,)) < chance)[:, None]
    floor = np.where(chosen, 10 ** (decibels / 10), 0).astype(np.float32)
    # The power of Gaussian noise in a mel band of about four bins: a gamma distribution of shape 4.
    texture = rng.gamma(4.0, 0.25, power.shape).astype(np.float32)
    result: Floats = power + floor[:, :, None] * texture * power.max(axis=(1, 2), keepdims=True)
    return result


def masked(decibels: Floats, rng: np.random.Generator, chance: float, bands: int, frames: int) -> Floats:
    """Return images with two masks of up to `bands` bands and two of up to `frames` frames at their mean."""
    mean = decibels.mean(axis=(1, 2))[:, None, None]
    result = decibels
    for _ in range(2):
        for axis, widest in ((1, bands), (2, frames)):
            hidden = _stripes(rng, len(decibels), decibels.shape[axis], widest, chance)
            result = np.where(np.expand_dims(hidden, 3 - axis), mean, result)
    return result.astype(np.float32)


def smooth_curves(rng: np.random.Generator, deviation: npt.NDArray[np.float64], bands: int) -> Floats:
    """Return (n, bands) smooth curves through seven random knots, of `deviation` (n,) dB."""
    knots = rng.normal(0, 1, (len(deviation), _KNOTS)) * deviation[:, None]
    place = np.linspace(0, _KNOTS - 1, bands)
    before = np.minimum(place.astype(int), _KNOTS - 2)
    part = place - before
    part = part * part * (3 - 2 * part)
    curves: Floats = (knots[:, before] * (1 - part) + knots[:, before + 1] * part).astype(np.float32)
    return curves


def _stripes(rng: np.random.Generator, n: int, size: int, widest: int, chance: float) -> npt.NDArray[np.bool_]:
    width = rng.integers(0, widest + 1, n)
    start = (rng.random((n,)) * (size - width)).astype(int)
    chosen = rng.random((n,)) < chance
    place = np.arange(size)[None]
    return (place >= start[:, None]) & (place < (start + width)[:, None]) & chosen[:, None]


def _whole_and_part(place: npt.NDArray[np.float64], size: int) -> tuple[npt.NDArray[np.int64], Floats]:
    place = np.clip(place, 0, size - 1.001)
    whole = place.astype(np.int64)
    return whole, (place - whole).astype(np.float32)
