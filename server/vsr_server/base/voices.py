"""A folder of labelled recordings with its `MANIFEST.csv`, as a base is trained and tested on.

Columns needed: file, corpus, speaker, gender, emotion. One row a recording, one speaker a recording.
"""

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vsr_shared.emotions import Emotion
from vsr_shared.errors import UsageError

MANIFEST: Final = "MANIFEST.csv"
COLUMNS: Final = ("file", "corpus", "speaker", "gender", "emotion")


@dataclass(frozen=True)
class Voice:
    """One recording of one speaker."""

    path: Path
    corpus: str
    speaker: str
    gender: str
    emotion: Emotion

    @property
    def positive(self) -> int:
        """1 where the emotion is of positive polarity, else 0."""
        return self.emotion.polarity.output


def read_voices(folder: Path) -> tuple[Voice, ...]:
    """Return the recordings that `folder`'s manifest lists, in its order.

    Raises UsageError where the manifest is missing or unreadable, lacks a column, names an unknown emotion, no
    speaker, a file outside the folder, twice, or that is not there.
    """
    manifest, root = folder / MANIFEST, folder.resolve()
    voices: dict[Path, Voice] = {}
    for line, row in _rows(manifest):
        where = f"{manifest}, line {line}"
        path = (root / row["file"]).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            raise UsageError(f"{where}: {row['file']!r} is not a file in {root}; put it there or drop its row")
        if path in voices:
            raise UsageError(f"{where}: {row['file']!r} is listed twice; keep one of its rows")
        if row["emotion"] not in set(Emotion):
            raise UsageError(f"{where}: unknown emotion {row['emotion']!r}; known are {', '.join(Emotion)}")
        if not row["speaker"]:
            raise UsageError(f"{where}: no speaker; every recording needs one, because splits are by speaker")
        voices[path] = Voice(path, row["corpus"], row["speaker"], row["gender"], Emotion(row["emotion"]))
    if not voices:
        raise UsageError(f"{manifest} lists no recordings; give a folder that holds some")
    return tuple(voices.values())


def fingerprints(voices: Iterable[Voice]) -> tuple[str, ...]:
    """Return the SHA-256 of each recording's bytes."""
    return tuple(hashlib.sha256(voice.path.read_bytes()).hexdigest() for voice in voices)


def data_hash(voices: Sequence[Voice], prints: Sequence[str]) -> str:
    """Return one SHA-256 over recordings and labels, whatever their order and wherever they lie."""
    lines = (f"{prints[i]} {voice.corpus} {voice.speaker} {voice.emotion}" for i, voice in enumerate(voices))
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _rows(manifest: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            lacking = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
            if lacking:
                raise UsageError(f"{manifest} lacks the column(s) {', '.join(lacking)}; its first row names them")
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{manifest} cannot be read ({error}); give a folder with a UTF-8 table") from error
    for line, row in rows:
        if None in row or None in row.values():
            raise UsageError(f"{manifest}, line {line}: not as many fields as the first row; correct it")
    return rows
