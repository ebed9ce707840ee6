"""A studio recording as other equipment, in other places, would have heard it.

Sound passes the room, the capsule's frequency response, the noise that is there, the capsule's limit, automatic gain
control and the line that carries it on, in that order. Needs NumPy and soxr; a codec needs PyAV.
"""

import hashlib

import numpy as np

from vsr_server.microphones.codecs import coded
from vsr_server.microphones.gain_control import controlled
from vsr_server.microphones.microphone import Curve, Line, Microphone
from vsr_server.microphones.noises import noise_like
from vsr_server.microphones.rooms import reverberated
from vsr_server.microphones.signals import Floats, Samples, fast_length, power, speech_power
from vsr_shared.audio.decode import SAMPLE_RATE

NOMINAL = 10 ** (-26 / 10)
"""Power of speech 26 dB below overload, the nominal level of telephony (ITU-T P.56, P.830)."""


def heard_by(microphone: Microphone, samples: Samples, recording: str) -> Samples:
    """Return `samples` (n,), float32 at 22,050 Hz, as `microphone` hears them: same length, rate and RMS level.

    `recording` (its SHA-256) seeds noise and, where the microphone is no one unit, the room, so that the same recording
    always sounds the same. Digital silence stays as it is.
    """
    level = power(samples)
    if microphone.changes_nothing or not level:
        return samples
    seed = hashlib.sha256(f"{microphone.name} {recording}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(seed[:8], "big"))
    sound = samples.astype(np.float64)
    if microphone.room:
        stays = rng if microphone.unit is None else np.random.default_rng(microphone.unit)
        sound = reverberated(sound, microphone.room, stays)
    if microphone.response:
        sound = filtered(sound, microphone.response)
    if microphone.noise:
        loud = speech_power(sound) / 10 ** (microphone.noise.snr_db / 10)
        sound = sound + noise_like(microphone.noise, len(sound), rng) * np.sqrt(loud)
    if microphone.clip_db is not None:
        limit = np.abs(sound).max() / 10 ** (microphone.clip_db / 20)
        sound = np.clip(sound, -limit, limit)
    if microphone.gain_control:
        sound = controlled(sound, microphone.gain_control)
    if microphone.line:
        sound = carried(sound, microphone.line)
    after = power(sound)
    # A codec may make nothing of what is hardly there.
    result: Samples = (sound * np.sqrt(level / after) if after else sound).astype(np.float32)
    return result


def filtered(sound: Floats, response: Curve) -> Floats:
    """Return `sound` (n,) with the frequency `response`; its phase stays as it is."""
    size = fast_length(len(sound) + SAMPLE_RATE // 4)  # room for the filter to ring, which would else wrap around
    hertz, decibels = np.array(response).T
    bins = np.maximum(np.fft.rfftfreq(size, 1 / SAMPLE_RATE), 1.0)
    gain = 10 ** (np.interp(np.log(bins), np.log(hertz), decibels) / 20)
    result: Floats = np.fft.irfft(np.fft.rfft(sound, size) * gain, size)[: len(sound)]
    return result


def carried(sound: Floats, line: Line) -> Floats:
    """Return `sound` (n,) after `line`: nothing above half its rate is left. Coded at the nominal level of speech."""
    import soxr

    there = soxr.resample(sound, SAMPLE_RATE, line.sample_rate, quality="HQ")
    if line.a_law or line.codec:
        scale = np.sqrt(NOMINAL / speech_power(sound))
        there = there * scale
        there = (a_law(there) if line.codec is None else coded(there, line.sample_rate, line.codec)) / scale
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
