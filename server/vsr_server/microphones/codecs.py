"""Lossy codecs of telephones, headsets and messengers, by FFmpeg's own encoders and decoders (PyAV).

A codec gives its sound back late. How late is measured once, with a buzz whose pulses come at uneven times, and taken
off, so that a recording stays where it was.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from vsr_server.microphones.microphone import Codec
from vsr_server.microphones.signals import Floats
from vsr_shared.errors import UsageError

if TYPE_CHECKING:
    import av

_MOST_LATE = 0.1
"""Seconds that a codec takes at most."""


def coded(sound: Floats, sample_rate: int, codec: Codec) -> Floats:
    """Return `sound` (n,), full scale 1 at `sample_rate`, coded and decoded: as long, and at its place in time.

    UsageError where this build of FFmpeg lacks the codec.
    """
    late = _delay(sample_rate, codec)
    there = _there_and_back(np.pad(sound, (0, late)), sample_rate, codec)[late : late + len(sound)]
    result: Floats = np.pad(there, (0, len(sound) - len(there)))
    return result


@lru_cache(maxsize=32)
def _delay(sample_rate: int, codec: Codec) -> int:
    """Samples by which the codec's sound is late, where it is most like what went in."""
    rng = np.random.default_rng(0)
    pulses = np.zeros(2 * sample_rate)
    pulses[np.cumsum(rng.integers(sample_rate // 250, sample_rate // 80, 150))] = 1
    # A pulse that rings at 600 Hz is what codecs for voices are made for.
    time = np.arange(sample_rate // 50) / sample_rate
    probe = np.convolve(pulses, np.exp(-300 * time) * np.sin(2 * np.pi * 600 * time))[: len(pulses)] * 0.3
    there = _there_and_back(probe, sample_rate, codec)
    size = 2 * max(len(probe), len(there))
    alike = np.fft.irfft(np.fft.rfft(there, size) * np.conj(np.fft.rfft(probe, size)), size)
    return int(np.argmax(alike[: round(_MOST_LATE * sample_rate)]))


def _there_and_back(sound: Floats, sample_rate: int, codec: Codec) -> Floats:
    import av
    import soxr

    try:
        encoder, decoder = _contexts(sample_rate, codec)
        packets = [packet for frame in _frames(sound, encoder) for packet in encoder.encode(frame)]
        packets += encoder.encode(None)
        decoded = [frame for packet in packets for frame in decoder.decode(packet)]
    except (av.FFmpegError, ValueError) as error:
        raise UsageError(
            f"FFmpeg cannot code by {codec.encoder} and {codec.decoder} here ({error}); install PyAV's own wheels, or "
            "leave the microphones that need it out"
        ) from error
    parts = [_floats(frame) for frame in decoded]
    back = np.concatenate(parts) if parts else np.zeros(len(sound))
    if decoded and decoded[0].sample_rate != sample_rate:
        back = soxr.resample(back, decoded[0].sample_rate, sample_rate, quality="HQ")
    return back


def _contexts(sample_rate: int, codec: Codec) -> "tuple[av.AudioCodecContext, av.AudioCodecContext]":
    import av

    encoder: Any = av.CodecContext.create(codec.encoder, "w")
    encoder.sample_rate, encoder.layout = sample_rate, "mono"
    encoder.format = encoder.codec.audio_formats[0]
    if codec.bit_rate:
        encoder.bit_rate = codec.bit_rate
    encoder.options = dict(codec.options)
    encoder.open()
    decoder: Any = av.CodecContext.create(codec.decoder, "r")
    decoder.sample_rate, decoder.layout = sample_rate, "mono"
    if encoder.extradata:
        decoder.extradata = encoder.extradata
    return encoder, decoder


def _frames(sound: Floats, encoder: Any) -> "list[av.AudioFrame]":
    """Return the sound as the encoder's frames of 16-bit samples, silence behind so that it says all it has heard."""
    import av

    size = encoder.frame_size
    count = -(-len(sound) // size) + 4
    whole = np.rint(np.clip(np.pad(sound, (0, count * size - len(sound))), -1, 1) * 32_767).astype(np.int16)
    frames = []
    for start in range(0, len(whole), size):
        frame = av.AudioFrame.from_ndarray(whole[None, start : start + size], encoder.format.name, "mono")
        frame.sample_rate, frame.pts = encoder.sample_rate, start
        frames.append(frame)
    return frames


def _floats(frame: "av.AudioFrame") -> Floats:
    data = frame.to_ndarray().ravel()
    return data.astype(np.float64) if data.dtype.kind == "f" else data / 32_768
