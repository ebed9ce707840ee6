"""Whether a file is a whole sound file, by its header alone."""

from pathlib import Path
from typing import Final

from vsr_shared.audio.containers import check_complete
from vsr_shared.audio.decoders import open_sound
from vsr_shared.errors import AudioError, EmptyAudio, TruncatedAudio

_LFS_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_REASONS: Final[dict[type[Exception], str]] = {
    EmptyAudio: "no samples; copy it again",
    TruncatedAudio: "cut off, shorter than its header says; copy it again",
    PermissionError: "not to be read by this user; change its permissions",
}


def unreadable(path: Path) -> str | None:
    """Return why nobody can read a file as sound, or None where its header is that of a whole one."""
    try:
        with path.open("rb") as file:
            if file.read(len(_LFS_POINTER)) == _LFS_POINTER:
                return "a pointer of Git LFS in place of sound; run `git lfs pull` where it came from"
            if not file.tell():
                return "empty (0 bytes); copy it again"
            check_complete(file, path.name)
            open_sound(file, path.name)
    except (AudioError, OSError) as error:
        return _REASONS.get(type(error), "not sound in a format that VSR reads; copy it again")
    return None
