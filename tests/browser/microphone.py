"""A WAV for Chromium's microphone: a real voice where the recordings are, a generated one elsewhere."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from vsr_shared.emotions import Emotion

RATE = 48_000
SECONDS = 6.0


def write_microphone(target: Path, voices: Path | None) -> Path:
    """Write about six seconds of speech, 48 kHz mono 16-bit, peaks at half of full scale."""
    spoken = _real(voices) if voices else _generated()
    samples = np.resize(spoken, round(SECONDS * RATE))
    soundfile.write(target, 0.5 * samples / np.abs(samples).max(), RATE, subtype="PCM_16")
    return target


def _real(voices: Path) -> npt.NDArray[np.float32]:
    clips = [soundfile.read(path, dtype="float32") for path in sorted((voices / "ravdess").glob("*.flac"))[:2]]
    return np.concatenate([soxr.resample(samples, rate, RATE) for samples, rate in clips])


def _generated() -> npt.NDArray[np.float32]:
    from vsr_simulations.generator.speaker import speaker
    from vsr_simulations.generator.utterance import utter

    spoken = utter(speaker(1, 0), Emotion.HAPPY, 0, sentence=0)
    return soxr.resample(np.asarray(spoken, np.float32), 22_050, RATE)
