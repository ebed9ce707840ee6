"""What the parts of a microphone need of a sound: its power, that of its speech, and lengths of quick transforms."""

from typing import Any

import numpy as np
import numpy.typing as npt

from vsr_shared.audio.decode import SAMPLE_RATE

Samples = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

FRAME = SAMPLE_RATE // 50
"""Samples of 20 ms."""
_SPEECH_WITHIN = 100
"""Frames at most so many times weaker than the loudest (20 dB) are speech."""


def speech_power(sound: Floats) -> float:
    """Mean power while the person speaks: over 20 ms frames at most 20 dB below the loudest one."""
    powers = frame_powers(sound)
    return float(powers[powers >= powers.max() / _SPEECH_WITHIN].mean())


def frame_powers(sound: Floats, frame: int = FRAME) -> Floats:
    """Return the mean power of every `frame` samples (frames,), the last filled up with zeros."""
    whole = np.pad(sound, (0, -len(sound) % frame)).reshape(-1, frame)
    result: Floats = np.square(whole).mean(axis=1)
    return result


def power(sound: npt.NDArray[np.floating[Any]]) -> float:
    """Mean power; 0 for no sample."""
    return float(np.mean(np.square(sound, dtype=np.float64))) if len(sound) else 0.0


def fast_length(count: int) -> int:
    """The next power of two or 1.5 times one: a transform of a length with a large prime factor takes long."""
    size = 1 << max(1, (count - 1).bit_length())
    return size * 3 // 4 if count <= size * 3 // 4 else size
