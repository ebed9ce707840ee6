"""The sealed files beside the database: finished audio, running captures, and what a crash left over."""

import io
import os
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Final, cast

from vsr_client.store.files import fresh, private_folder, reporting, sync_folder
from vsr_client.store.sealed_audio import SealedWriter, opened, pieces
from vsr_shared.errors import UsageError

_ID: Final = re.compile(r"[0-9a-f]{32}")
_STALE_SECONDS: Final = 3600
"""Age from which a file that is being written is taken for the leftover of a process that died."""


class AudioFolder:
    """The folder `audio` of a data folder. Names are ids, so that they say nothing."""

    def __init__(self, data_dir: Path) -> None:
        """Make the folder where it is not there."""
        self.folder = data_dir / "audio"
        private_folder(self.folder)

    def sealed(self, recording: str) -> Path:
        """Return where the audio of a recording lies."""
        return self.folder / f"{checked_id(recording)}.sealed"

    def capture(self, capture: str) -> Path:
        """Return where a capture is written."""
        return self.folder / f"{checked_id(capture)}.capture"

    def partial(self, recording: str) -> Path:
        """Return where audio is written until it is whole."""
        return self.folder / f".{checked_id(recording)}.{os.getpid()}.partial"

    def write(self, path: Path, audio: BinaryIO | Iterable[bytes], key: bytes, recording: str) -> None:
        """Seal `audio` into `path`, on the disk when this returns; StoreError where it cannot be written."""
        source = pieces(cast("BinaryIO", audio)) if hasattr(audio, "read") else audio
        with reporting(self.folder), fresh(path) as file:
            sealed = SealedWriter(file, key, _purpose(recording))
            for piece in source:
                sealed.write(piece)
            sealed.finish()
            os.fsync(file.fileno())

    def publish(self, partial: Path, recording: str) -> None:
        """Give whole audio its name."""
        with reporting(self.folder):
            partial.replace(self.sealed(recording))
            sync_folder(self.folder)

    def open(self, recording: str, key: bytes) -> io.BufferedReader:
        """Return the audio of a recording, unsealed as it is read; StoreError where it is damaged."""
        with reporting(self.folder):
            return opened(self.sealed(recording).open("rb"), key, _purpose(recording))

    def leftovers(self, recordings: set[str], captures: set[str]) -> list[Path]:
        """Return the files that belong to none of the ids given and are not being written."""
        with reporting(self.folder):
            return [path for path in self.folder.iterdir() if _is_leftover(path, recordings, captures)]


def checked_id(name: str) -> str:
    """Return `name` where it is an id; UsageError where it could be anything else, such as a path."""
    if not _ID.fullmatch(name):
        raise UsageError(f"{name!r} is not an id: 32 hexadecimal digits; see `vsr history`")
    return name


def _purpose(recording: str) -> str:
    return f"the audio of recording {recording}"


def _is_leftover(path: Path, recordings: set[str], captures: set[str]) -> bool:
    if path.suffix == ".sealed":
        return path.stem not in recordings
    if path.suffix == ".capture" and path.stem in captures:
        return False
    try:
        return time.time() - path.stat().st_mtime > _STALE_SECONDS
    except FileNotFoundError:
        return False
