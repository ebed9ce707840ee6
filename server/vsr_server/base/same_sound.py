"""The same recording twice: told by its sound, so that another name, format or speaker does not hide it."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vsr_server.base.images import cannot_be_heard
from vsr_server.base.kept import kept_rows
from vsr_server.corpora.clip import Clip
from vsr_server.corpora.fingerprints import repeated
from vsr_shared.audio.decode import decode_blocks
from vsr_shared.base import BaseManifest
from vsr_shared.errors import AudioError, UsageError

SOUNDS_NOTE: Final = "sounds"
"""The note in a base's manifest that holds the `sound_marks` of all it was made with."""


def sound_prints(
    voices: Sequence[Clip], prints: Sequence[str], cache: Path, say: Callable[[str], None] = lambda _: None
) -> tuple[str, ...]:
    """Return the SHA-256 of each recording's sound, kept in `cache` under its file's SHA-256 (`prints`).

    Of the mono samples at 22,050 Hz, rounded to 16 bits, without digital silence at either end: equal for a WAV and
    the FLAC of it, not for a lossy copy. Raises UsageError that names the recordings which cannot be heard.
    """
    if not voices:
        return ()

    def make(missing: Sequence[int]) -> npt.NDArray[Any]:
        if len(missing) > 1000:
            say(f"comparing the sound of {len(missing)} recordings")
        found, unheard = [], []
        for index in missing:
            try:
                found.append(sound_print(voices[index].path))
            except AudioError as error:
                unheard.append(f"{voices[index].path.name}: {error}")
        if unheard:
            raise cannot_be_heard(unheard)
        return np.array(found)

    return tuple(str(row) for row in kept_rows(cache / "sound-prints.npz", prints, make))


def sound_print(path: Path) -> str:
    """Return the SHA-256 of one recording's sound; AudioError where it cannot be heard."""
    samples = np.concatenate(list(decode_blocks(path)))
    levels = np.trim_zeros(np.rint(samples.astype(np.float64) * 32_768).astype("<i8"))
    return hashlib.sha256(levels.tobytes()).hexdigest()


def check_once(voices: Sequence[Clip], sounds: Sequence[str]) -> None:
    """Raise UsageError where two of `voices` are the same recording (`sounds`): it would count twice, or for two."""
    for group in repeated(sounds):
        first, second = (voices[index] for index in group[:2])
        raise UsageError(
            f"{first.path.name} of {first.speaker} and {second.path.name} of {second.speaker} are the same recording "
            f"({len(repeated(sounds))} such in all); keep the one whose speaker and emotion are right"
        )


def sound_marks(sounds: Sequence[str]) -> list[str]:
    """Return the beginnings, 16 hexadecimal digits, of recordings' sound prints, for a base's manifest."""
    return sorted({sound[:16] for sound in sounds})


def check_new(base: BaseManifest, voices: Sequence[Clip], sounds: Sequence[str]) -> None:
    """Raise UsageError where one of `voices` (`sounds`) is a recording that the base's notes say it was made with."""
    marks = set(base.notes.get(SOUNDS_NOTE, ()))
    heard = [voice for voice, sound in zip(voices, sounds, strict=True) if sound[:16] in marks]
    if heard:
        raise UsageError(
            f"leak: this base was made with {len(heard)} of these recordings, such as {heard[0].path.name}, under "
            "another speaker's name; leave them out"
        )
