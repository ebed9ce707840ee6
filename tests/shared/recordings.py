"""Recordings for the tests: a known tone in every format, written by the encoders that people's files come from."""

import io
import os
import struct
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

RATE = 22_050


def tone(seconds: float = 2.0, rate: int = RATE, hertz: float = 220.0, level: float = 0.3) -> np.ndarray:
    """A sine that swells and fades, so that nothing but the tone is there at either end: float32 `(samples,)`."""
    time = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(np.pi * time / seconds) * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def by_soundfile(samples: np.ndarray, rate: int = RATE, format: str = "WAV", subtype: str | None = None) -> bytes:
    target = io.BytesIO()
    soundfile.write(target, samples, rate, format=format, subtype=subtype)
    return target.getvalue()


def by_av(samples: np.ndarray, rate: int, format: str, codec: str, options: dict[str, str] | None = None) -> bytes:
    """`samples` as a browser would send them: `format` is FFmpeg's container, `codec` its encoder."""
    target = io.BytesIO()
    with av.open(target, "w", format=format, options=options or {}) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler(format=stream.codec_context.format.name, layout="mono", rate=rate)
        for part in (*resampler.resample(frame), *resampler.resample(None), None):
            container.mux(stream.encode(part))
        if len(container.streams.audio) != 1:
            raise AssertionError("one stream was asked for")
    return target.getvalue()


def with_lengths(wav: bytes, riff: int, data: int) -> bytes:
    """A canonical 44-byte-header WAV with other lengths in its RIFF and data chunks."""
    assert wav[36:40] == b"data"
    return wav[:4] + struct.pack("<I", riff) + wav[8:40] + struct.pack("<I", data) + wav[44:]


def real_voice(seconds_at_least: float = 0.0) -> Path:
    """One real recording of at least this length; skips where the corpora are not there."""
    here = Path(__file__).resolve().parents[2]
    voices = Path(os.environ.get("VSR_VOICES", here.parent / "shared" / "data" / "voices"))
    for path in sorted((voices / "ravdess").glob("*.flac")):
        if soundfile.info(path).duration >= seconds_at_least:
            return path
    pytest.skip(f"no real recordings in {voices}; set VSR_VOICES to the folder that holds ravdess")
