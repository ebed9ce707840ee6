"""Everything of a period in one ZIP file, in formats that other programs read. It is not encrypted, and says so.

README.txt                                what is what
recordings/2026-11-03_18-20-05_1a2b….wav  the sound as it was kept, named by the person's local time
recordings.csv, recordings.json           what VSR and the person said of each
personal-head/*.safetensors               what VSR learnt from the person
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, Final

from vsr_client.look_back.export_readme import readme
from vsr_client.look_back.recording_rows import COLUMNS, fields, row
from vsr_client.look_back.zip_stream import ZipStream
from vsr_shared.errors import StoreError, UnknownRecording

if TYPE_CHECKING:
    from vsr_client.store.kept_recording import KeptRecording

_PIECE: Final = 256 * 1024
_STARTS: Final = {
    b"RIFF": ".wav",
    b"fLaC": ".flac",
    b"OggS": ".ogg",
    b"ID3": ".mp3",
    b"\xff\xfb": ".mp3",
    b"\x1aE\xdf\xa3": ".webm",
}


@dataclass(frozen=True)
class HeadFile:
    """A personal head to take along: a name for its file, and its bytes in the safetensors format when asked."""

    name: str
    data: Callable[[], bytes]


def export(
    recordings: "Sequence[KeptRecording]",
    audio: Callable[[str], BinaryIO],
    heads: Iterable[HeadFile],
    made: datetime,
) -> Iterator[bytes]:
    """Yield the ZIP of `recordings` (in this order) and `heads`, made at `made` (aware), piece by piece.

    `audio` opens a recording's sound by its id. A recording that is deleted meanwhile (UnknownRecording) is left out;
    sound that is damaged (StoreError) ends where it does, and DAMAGED.txt names it.
    """
    archive = ZipStream(made)
    exported: list[tuple[KeptRecording, str]] = []
    damaged: list[str] = []
    yield from archive.add("README.txt", [readme(recordings, made).encode()])
    for recording in recordings:
        file = ""
        try:
            if recording.has_audio:
                with audio(recording.id) as sound:
                    start = sound.read(_PIECE)
                    file = f"recordings/{recording.recorded:%Y-%m-%d_%H-%M-%S}_{recording.id[:8]}{_ending(start)}"
                    yield from archive.add(file, _pieces(start, sound), recording.recorded, compress=False)
        except UnknownRecording:
            continue
        except StoreError as error:  # one damaged file is no reason to keep all the others from their owner
            damaged.append(f"{recording.recorded.isoformat()} {recording.id} {file}: {error}\n")
        exported.append((recording, file))
    yield from archive.add("recordings.csv", _table(exported))
    yield from archive.add("recordings.json", _objects(exported, made))
    if damaged:
        listed = ["Sound that could not be read whole:\n", *damaged]
        yield from archive.add("DAMAGED.txt", map(str.encode, listed))
    for head in heads:
        with suppress(UnknownRecording):
            yield from archive.add(f"personal-head/{head.name}", [head.data()])
    yield from archive.close()


def _pieces(start: bytes, sound: BinaryIO) -> Iterator[bytes]:
    piece = start
    while piece:
        yield piece
        piece = sound.read(_PIECE)


def _ending(start: bytes) -> str:
    """Return the ending of a file that begins with `start`; the name that a person's file had is not to be trusted."""
    if start[4:8] == b"ftyp":
        return ".m4a"
    return next((ending for magic, ending in _STARTS.items() if start.startswith(magic)), ".audio")


def _table(exported: "Iterable[tuple[KeptRecording, str]]") -> Iterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    text.write("\ufeff")  # without it, spreadsheets take UTF-8 for something older
    writer.writerow(COLUMNS)
    for recording, file in exported:
        writer.writerow(row(recording, file))
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _objects(exported: "Iterable[tuple[KeptRecording, str]]", made: datetime) -> Iterator[bytes]:
    yield f'{{"made": {json.dumps(made.isoformat())}, "recordings": ['.encode()
    for index, (recording, file) in enumerate(exported):
        comma = ",\n" if index else "\n"
        yield (comma + json.dumps(fields(recording, file), ensure_ascii=False)).encode()
    yield b"\n]}\n"
