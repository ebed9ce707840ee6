"""All recordings as spectrogram images, made once and kept outside the repository under the hash of their data."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vsr_server.base.voices import Voice
from vsr_shared.audio.decode import decode_blocks
from vsr_shared.audio.segments import MIN_REMAINDER, SEGMENT_SECONDS, SILENCE_DBFS, segments, voiced
from vsr_shared.audio.spectrogram import SpectrogramSpec, spectrogram_image
from vsr_shared.errors import AudioError, UsageError

Pictures = npt.NDArray[np.uint8]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Images:
    """Images (n, height, width) uint8, and the recording (n,) that each is a segment of."""

    pictures: Pictures
    recording: Indices

    def of(self, recordings: Sequence[int]) -> "Images":
        """Return the images of these recordings alone, which keep their numbers."""
        chosen = np.isin(self.recording, np.asarray(recordings, dtype=np.int64))
        return Images(self.pictures[chosen], self.recording[chosen])


def images_of(
    voices: Sequence[Voice],
    prints: Sequence[str],
    spec: SpectrogramSpec,
    cache: Path,
    say: Callable[[str], None] = lambda _: None,
) -> Images:
    """Return the images of every segment that is not silent, from `cache` where they have been made before.

    `prints` are the recordings' SHA-256, in the order of `voices`. Raises UsageError that names the recordings which
    cannot be heard, all of them at once.
    """
    made_by = [spec.to_dict(), SEGMENT_SECONDS, MIN_REMAINDER, SILENCE_DBFS, list(prints)]
    key = hashlib.sha256(json.dumps(made_by, sort_keys=True).encode()).hexdigest()
    kept = cache / f"images-{key[:20]}.npz"
    if kept.exists():
        with np.load(kept) as stored:
            return Images(stored["pictures"], stored["recording"])
    images = _made(voices, spec, say)
    cache.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(f".{os.getpid()}.partial")
    with partial.open("wb") as file:
        np.savez(file, pictures=images.pictures, recording=images.recording)
    partial.replace(kept)
    return images


def _made(voices: Sequence[Voice], spec: SpectrogramSpec, say: Callable[[str], None]) -> Images:
    pictures: list[Pictures] = []
    recording: list[int] = []
    unheard: list[str] = []
    for number, voice in enumerate(voices):
        try:
            for segment in voiced(segments(decode_blocks(voice.path))):
                pictures.append(spectrogram_image(segment.samples, spec))
                recording.append(number)
        except AudioError as error:
            unheard.append(f"{voice.path.name}: {error}")
        if (number + 1) % 1000 == 0:
            say(f"images of {number + 1} of {len(voices)} recordings made")
    if unheard:
        shown = "; ".join(unheard[:3])
        raise UsageError(f"{len(unheard)} recording(s) cannot be heard ({shown}); replace or drop them")
    return Images(np.stack(pictures), np.asarray(recording, dtype=np.int64))
