"""A studio recording as other equipment, in other places, would have heard it.

Sound passes the room, the capsule's frequency response, the noise that is there, the capsule's limit and the line
that carries it on, in that order. Needs NumPy and soxr alone.
"""

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

from vsr_server.microphones.catalogue import Line, Microphone, Room
from vsr_shared.audio.decode import SAMPLE_RATE

Samples = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]


def heard_by(microphone: Microphone, samples: Samples, recording: str) -> Samples:
    """Return `samples` (n,), float32 at 22,050 Hz, as `microphone` hears them: same length, rate and RMS level.

    `recording` (its SHA-256) seeds noise and room, so that the same recording always sounds the same. Digital silence
    stays as it is.
    """
    level = _power(samples)
    if microphone.changes_nothing or not level:
        return samples
    seed = hashlib.sha256(f"{microphone.name} {recording}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(seed[:8], "big"))
    sound = samples.astype(np.float64)
    if microphone.room:
        sound = reverberated(sound, microphone.room, rng)
    if microphone.response:
        sound = filtered(sound, microphone.response)
    if microphone.snr_db is not None:
        noise_power = speech_power(sound) / 10 ** (microphone.snr_db / 10)
        sound = sound + coloured_noise(len(sound), microphone.noise_slope, rng) * np.sqrt(noise_power)
    if microphone.clip_db is not None:
        limit = np.abs(sound).max() / 10 ** (microphone.clip_db / 20)
        sound = np.clip(sound, -limit, limit)
    if microphone.line:
        sound = carried(sound, microphone.line)
    result: Samples = (sound * np.sqrt(level / _power(sound))).astype(np.float32)
    return result


def reverberated(sound: Floats, room: Room, rng: np.random.Generator) -> Floats:
    """Return `sound` (n,) with the room's decaying tail, cut off where the recording ends.

    The tail is Gaussian noise under an exponential decay (Polack 1988), alike at all frequencies.
    """
    time = np.arange(1, round(room.rt60 * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.normal(size=len(time)) * 10 ** (-3 * time / room.rt60)
    tail *= np.sqrt(1 / (room.direct_to_reverberant * np.square(tail).sum()))
    size = _fast_length(len(sound) + len(tail))
    response = np.fft.rfft(np.concatenate([[1.0], tail]), size)
    result: Floats = np.fft.irfft(np.fft.rfft(sound, size) * response, size)[: len(sound)]
    return result


def filtered(sound: Floats, response: tuple[tuple[float, float], ...]) -> Floats:
    """Return `sound` (n,) with the frequency `response`, (Hz, dB) in rising order; its phase stays as it is."""
    size = _fast_length(len(sound) + SAMPLE_RATE // 4)  # room for the filter to ring, which would else wrap around
    hertz, decibels = np.array(response).T
    bins = np.maximum(np.fft.rfftfreq(size, 1 / SAMPLE_RATE), 1.0)
    gain = 10 ** (np.interp(np.log(bins), np.log(hertz), decibels) / 20)
    result: Floats = np.fft.irfft(np.fft.rfft(sound, size) * gain, size)[: len(sound)]
    return result


def coloured_noise(count: int, slope: float, rng: np.random.Generator) -> Floats:
    """Return `count` samples of Gaussian noise of power 1, falling or rising by `slope` dB an octave above 50 Hz."""
    size = _fast_length(count)
    bins = np.maximum(np.fft.rfftfreq(size, 1 / SAMPLE_RATE), 50.0)
    noise = np.fft.irfft(np.fft.rfft(rng.normal(size=size)) * (bins / 1_000) ** (slope / (20 * np.log10(2))), size)
    result: Floats = noise[:count] / np.sqrt(_power(noise))
    return result


def carried(sound: Floats, line: Line) -> Floats:
    """Return `sound` (n,) after `line`: nothing above half its rate is left.

    Companding happens at the nominal level of telephony, speech 26 dB below overload (ITU-T P.56, P.830).
    """
    import soxr

    there = soxr.resample(sound, SAMPLE_RATE, line.sample_rate, quality="HQ")
    if line.a_law:
        scale = np.sqrt(10 ** (-26 / 10) / speech_power(sound))
        there = a_law(there * scale) / scale
    back = soxr.resample(there, line.sample_rate, SAMPLE_RATE, quality="HQ")[: len(sound)]
    result: Floats = np.pad(back, (0, len(sound) - len(back)))
    return result


def a_law(sound: Floats) -> Floats:
    """Return `sound` within -1..1 companded to 8 bits and back (ITU-T G.711, its continuous form with A = 87.6)."""
    size, a = np.minimum(np.abs(sound), 1.0), 87.6
    whole = 1 + np.log(a)
    small = size < 1 / a
    pressed = np.where(small, a * size, 1 + np.log(np.maximum(a * size, 1.0))) / whole
    pressed = (np.floor(np.minimum(pressed * 128, 127)) + 0.5) / 128
    opened = np.where(pressed < 1 / whole, pressed * whole / a, np.exp(pressed * whole - 1) / a)
    result: Floats = np.sign(sound) * opened
    return result


def speech_power(sound: Floats) -> float:
    """Mean power while the person speaks: over 20 ms frames at most 20 dB below the loudest one."""
    frame = SAMPLE_RATE // 50
    whole = np.pad(sound, (0, -len(sound) % frame)).reshape(-1, frame)
    powers = np.square(whole).mean(axis=1)
    return float(powers[powers >= powers.max() / 100].mean())


def _power(sound: npt.NDArray[np.floating[Any]]) -> float:
    return float(np.mean(np.square(sound, dtype=np.float64))) if len(sound) else 0.0


def _fast_length(count: int) -> int:
    """The next power of two or 1.5 times one: a transform of a length with a large prime factor takes long."""
    power = 1 << max(1, (count - 1).bit_length())
    return power * 3 // 4 if count <= power * 3 // 4 else power
