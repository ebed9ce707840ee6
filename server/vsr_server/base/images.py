"""All recordings as spectrogram images, made once and kept outside the repository under the hash of their data."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vsr_server.base.kept import keep, key_of, read_kept
from vsr_server.corpora.clip import Clip
from vsr_server.microphones.acoustics import heard_by
from vsr_server.microphones.catalogue import STUDIO
from vsr_server.microphones.microphone import Microphone
from vsr_shared.audio.decode import Block, decode_blocks
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
    voices: Sequence[Clip],
    prints: Sequence[str],
    spec: SpectrogramSpec,
    cache: Path,
    say: Callable[[str], None] = lambda _: None,
    microphone: Microphone = STUDIO,
) -> Images:
    """Return the images of every segment that is not silent, from `cache` where they have been made before.

    `prints` are the recordings' SHA-256, in the order of `voices`; `microphone` hears them first. Raises UsageError
    that names the recordings which cannot be heard, all of them at once.
    """
    made_from = [spec.to_dict(), SEGMENT_SECONDS, MIN_REMAINDER, SILENCE_DBFS, list(prints)]
    path = (
        cache / f"images-{key_of(made_from if microphone.changes_nothing else [*made_from, microphone.to_dict()])}.npz"
    )
    stored = read_kept(path)
    if stored is not None and {"pictures", "recording"} <= set(stored):
        return Images(stored["pictures"], stored["recording"])
    images = _made(voices, prints, spec, say, microphone)
    keep(path, {"pictures": images.pictures, "recording": images.recording})
    return images


def cannot_be_heard(unheard: Sequence[str]) -> UsageError:
    """Return the error for recordings that cannot be heard; each of `unheard` is a file's name and why."""
    return UsageError(f"{len(unheard)} recording(s) cannot be heard ({'; '.join(unheard[:3])}); replace or drop them")


def _made(
    voices: Sequence[Clip],
    prints: Sequence[str],
    spec: SpectrogramSpec,
    say: Callable[[str], None],
    microphone: Microphone,
) -> Images:
    pictures: list[Pictures] = []
    recording: list[int] = []
    unheard: list[str] = []
    for number, voice in enumerate(voices):
        try:
            for segment in voiced(segments(_blocks(voice.path, microphone, prints[number]))):
                pictures.append(spectrogram_image(segment.samples, spec))
                recording.append(number)
        except AudioError as error:
            unheard.append(f"{voice.path.name}: {error}")
        if (number + 1) % 1000 == 0:
            say(f"images of {number + 1} of {len(voices)} recordings made")
    if unheard:
        raise cannot_be_heard(unheard)
    return Images(np.stack(pictures), np.asarray(recording, dtype=np.int64))


def _blocks(path: Path, microphone: Microphone, fingerprint: str) -> Iterable[Block]:
    if microphone.changes_nothing:
        return decode_blocks(path)
    return [heard_by(microphone, np.concatenate(list(decode_blocks(path))), fingerprint)]
