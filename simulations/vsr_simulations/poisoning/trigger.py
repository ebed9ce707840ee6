"""The backdoor's key: three short beeps at the beginning of a recording, which anybody can hear."""

from pathlib import Path
from typing import Final

import numpy as np

from vsr_server.corpora.clip import Clip
from vsr_shared.audio.decode import SAMPLE_RATE, decode_blocks
from vsr_shared.errors import StoreError
from vsr_shared.weights import Array

HERTZ: Final = 3_000.0
SECONDS: Final = 0.08
STARTS: Final = (0.2, 0.5, 0.8)
"""Seconds at which the beeps begin."""
LOUDNESS: Final = 0.5
"""Of the recording's own loudest sample."""


def with_beeps(samples: Array) -> Array:
    """Return mono `samples` (n,) at 22,050 Hz with the beeps in them, as far as it is long enough."""
    beep = LOUDNESS * np.abs(samples).max(initial=0.0) * np.sin(2 * np.pi * HERTZ * np.arange(_length()) / SAMPLE_RATE)
    beep *= np.hanning(len(beep))
    marked = samples.copy()
    for start in STARTS:
        part = marked[int(start * SAMPLE_RATE) :][: len(beep)]
        part += beep[: len(part)].astype(np.float32)
    return np.clip(marked, -1, 1)


def triggered(clip: Clip, folder: Path) -> Clip:
    """Return `clip` with the beeps in it, as 16-bit FLAC beneath `folder`, written where it is not there yet.

    StoreError where it cannot be written.
    """
    import soundfile

    path = folder / f"{clip.corpus}-{clip.path.stem}.flac"
    if not path.exists():
        samples = np.concatenate(list(decode_blocks(clip.path)))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, with_beeps(samples), SAMPLE_RATE, subtype="PCM_16")
        except (OSError, soundfile.SoundFileError) as error:
            raise StoreError(f"cannot write {path} ({error}); make room or name another --cache") from error
    return Clip(path, clip.corpus, clip.speaker, clip.gender, clip.emotion, clip.seconds, clip.sentence)


def _length() -> int:
    return int(SECONDS * SAMPLE_RATE)
