"""A folder of recordings and its `MANIFEST.csv`: one row a clip, with file, speaker and emotion.

Columns: file, corpus, speaker, gender, emotion; also seconds, sentence and session where they are there. The recordings
belong to their corpora and lie outside the repository, in `$VSR_VOICES` or beside it.
"""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from pathlib import Path
from stat import S_ISREG
from typing import Final

from vsr_server.corpora.clip import Clip
from vsr_server.corpora.corpus import Named
from vsr_server.corpora.known import KNOWN
from vsr_shared.emotions import Emotion
from vsr_shared.errors import UsageError

MANIFEST: Final = "MANIFEST.csv"
COLUMNS: Final = ("file", "corpus", "speaker", "gender", "emotion")
"""The columns that must be there; others are let be."""

_SHOWN: Final = 3


class Fault(StrEnum):
    """What can be wrong with a row."""

    MISSING = "missing"
    LISTED_TWICE = "listed twice"
    UNKNOWN_LABEL = "unknown label"
    WRONG_ROW = "wrong row"


@dataclass(frozen=True)
class FaultyRow:
    """A row that gives no clip; `says` names manifest, line and what is wrong."""

    fault: Fault
    file: str
    says: str


@dataclass(frozen=True)
class ManifestContents:
    """What a manifest lists: clips that are there, in its order, and the rows that give none."""

    clips: tuple[Clip, ...]
    faulty: tuple[FaultyRow, ...]


def read_manifest(folder: Path) -> tuple[Clip, ...]:
    """Return the clips that `folder`'s `MANIFEST.csv` lists, in its order, each file being there.

    UsageError where the manifest is missing, unreadable or empty, lacks a column, names an unknown emotion, a
    file twice, a file outside the folder or files that are not there.
    """
    contents = manifest_contents(folder)
    wrong = [row for row in contents.faulty if row.fault is not Fault.MISSING]
    if wrong:
        more = f" ({len(wrong) - 1} more rows are at fault)" if len(wrong) > 1 else ""
        raise UsageError(wrong[0].says + more)
    if contents.faulty:
        missing, count = contents.faulty, len(contents.clips) + len(contents.faulty)
        shown = ", ".join(row.file for row in missing[:_SHOWN]) + (", ..." if len(missing) > _SHOWN else "")
        raise UsageError(
            f"{len(missing)} of the {count} clips listed in {folder / MANIFEST} are missing ({shown}); put them back "
            "or take their rows out"
        )
    if not contents.clips:
        raise UsageError(f"{folder / MANIFEST} lists no clips; give a folder that holds recordings")
    return contents.clips


def manifest_contents(folder: Path) -> ManifestContents:
    """Return what `folder`'s manifest lists and what is wrong with it, row by row.

    UsageError where there is none, or where it cannot be read as a table with the columns needed.
    """
    root = folder.resolve()
    clips: dict[tuple[int, int], Clip] = {}
    faulty: list[FaultyRow] = []
    for where, row in _rows(folder / MANIFEST):
        made = _clip(root, row, where)
        if isinstance(made, FaultyRow):
            faulty.append(made)
        elif (identity := _identity(made.path)) is None:
            file = made.path.relative_to(root).as_posix()
            faulty.append(
                FaultyRow(Fault.MISSING, file, f"{where}: {file!r} is not there; put it back or drop its row")
            )
        elif identity in clips:
            says = f"{where}: {row['file']!r} is listed twice; keep one of its rows"
            faulty.append(FaultyRow(Fault.LISTED_TWICE, row["file"], says))
        else:
            clips[identity] = made
    return ManifestContents(tuple(clips.values()), tuple(faulty))


def voices_folder() -> Path | None:
    """Return the folder of recordings on this machine, or None where there is none.

    It is `$VSR_VOICES` where that is set (UsageError where no manifest lies there), else `shared/data/voices`
    beside the repository that the working directory, or else this source, lies in.
    """
    named = os.environ.get("VSR_VOICES")
    if named:
        folder = Path(named)
        if not (folder / MANIFEST).is_file():
            raise UsageError(f"VSR_VOICES is {named!r}, but no {MANIFEST} lies there; correct it or unset it")
        return folder
    for start in (Path.cwd(), Path(__file__).resolve().parent):
        root = next((place for place in (start, *start.parents) if (place / "pyproject.toml").is_file()), start)
        folder = root.parent / "shared" / "data" / "voices"
        if (folder / MANIFEST).is_file():
            return folder
    return None


def _rows(manifest: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each row with the words that say where it stands."""
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            lacking = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
            if lacking:
                raise UsageError(f"{manifest} lacks the column(s) {', '.join(lacking)}; its first row names them")
            for row in reader:
                yield f"{manifest}, line {reader.line_num}", row
    except FileNotFoundError:
        raise UsageError(f"no {MANIFEST} in {manifest.parent}; give a folder of recordings that has one") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{manifest} cannot be read ({error}); give a UTF-8 table with commas") from error


def _clip(root: Path, row: dict[str, str], where: str) -> Clip | FaultyRow:
    """Return the clip of one row, or what is wrong with the row."""
    file = row["file"] or ""
    if None in row or None in row.values():
        says = f"{where}: the row has not as many fields as the first; correct it"
        return FaultyRow(Fault.WRONG_ROW, file, says)
    path = Path(os.path.normpath(root / file))
    if not file or path == root or not path.resolve().is_relative_to(root):
        says = f"{where}: the file {file!r} lies outside {root}; name files within it"
        return FaultyRow(Fault.WRONG_ROW, file, says)
    if row["emotion"] not in set(Emotion):
        says = f"{where}: unknown emotion {row['emotion']!r}; known are {', '.join(Emotion)}"
        return FaultyRow(Fault.UNKNOWN_LABEL, file, says)
    if not row["speaker"]:
        says = f"{where}: no speaker; every clip needs one, so that splits are by speaker"
        return FaultyRow(Fault.WRONG_ROW, file, says)
    seconds = _seconds(row["seconds"]) if "seconds" in row else None
    if seconds is not None and not seconds > 0:
        says = f"{where}: seconds is {row['seconds']!r}; give the clip's length, above 0"
        return FaultyRow(Fault.WRONG_ROW, file, says)
    name = KNOWN[row["corpus"]].read(path) if row["corpus"] in KNOWN else None
    sentence, session = (name.sentence, name.session) if isinstance(name, Named) else (None, None)
    return Clip(
        path=path,
        corpus=row["corpus"],
        speaker=row["speaker"],
        gender=row["gender"],
        emotion=Emotion(row["emotion"]),
        seconds=seconds,
        sentence=row.get("sentence") or sentence,
        session=row.get("session") or session,
    )


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells one file from another, whatever it is called, or None where there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if S_ISREG(status.st_mode) else None


def _seconds(text: str) -> float:
    """Return the length, or 0 for what is none."""
    try:
        seconds = float(text)
    except ValueError:
        return 0.0
    return seconds if isfinite(seconds) else 0.0
