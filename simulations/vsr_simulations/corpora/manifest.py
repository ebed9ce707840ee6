"""A folder of recordings and its `MANIFEST.csv`: one row a clip, with file, speaker and emotion.

The recordings belong to their corpora and lie outside the repository, in `$VSR_VOICES` or beside it.
"""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Final

from vsr_shared.emotions import Emotion, Polarity
from vsr_shared.errors import UsageError

MANIFEST: Final = "MANIFEST.csv"
COLUMNS: Final = ("file", "corpus", "speaker", "gender", "emotion", "seconds")
"""The columns that must be there; others are let be."""

_SHOWN: Final = 3


@dataclass(frozen=True)
class Clip:
    """One recording of one person. `sentence` names what is said where that is known, else None."""

    path: Path
    corpus: str
    speaker: str
    gender: str
    emotion: Emotion
    seconds: float
    sentence: str | None

    @property
    def polarity(self) -> Polarity:
        """The group of the clip's emotion."""
        return self.emotion.polarity


def read_manifest(folder: Path) -> tuple[Clip, ...]:
    """Return the clips that `folder`'s `MANIFEST.csv` lists, in its order, each file being there.

    UsageError where the manifest is missing, unreadable or empty, lacks a column, names an unknown emotion, a
    file twice, a file outside the folder or files that are not there.
    """
    root = folder.resolve()
    clips: dict[Path, Clip] = {}
    for where, row in _rows(folder / MANIFEST):
        clip = _clip(root, row, where)
        if clip.path in clips:
            raise UsageError(f"{where}: {row['file']!r} is listed twice; keep one of its rows")
        clips[clip.path] = clip
    if not clips:
        raise UsageError(f"{folder / MANIFEST} lists no clips; give a folder that holds recordings")
    missing = [path for path in clips if not path.is_file()]
    if missing:
        shown = ", ".join(path.relative_to(root).as_posix() for path in missing[:_SHOWN])
        more = ", ..." if len(missing) > _SHOWN else ""
        raise UsageError(
            f"{len(missing)} of the {len(clips)} clips listed in {folder / MANIFEST} are missing ({shown}{more}); put "
            "them back or take their rows out"
        )
    return tuple(clips.values())


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
                where = f"{manifest}, line {reader.line_num}"
                if None in row or None in row.values():
                    raise UsageError(f"{where}: the row has not as many fields as the first; correct it")
                yield where, row
    except FileNotFoundError:
        raise UsageError(f"no {MANIFEST} in {manifest.parent}; give a folder of recordings that has one") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{manifest} cannot be read ({error}); give a UTF-8 table with commas") from error


def _clip(root: Path, row: dict[str, str], where: str) -> Clip:
    """Return the clip of one row."""
    path = Path(os.path.normpath(root / row["file"]))
    if not row["file"] or path == root or not path.resolve().is_relative_to(root):
        raise UsageError(f"{where}: the file {row['file']!r} lies outside {root}; name files within it")
    if row["emotion"] not in set(Emotion):
        raise UsageError(f"{where}: unknown emotion {row['emotion']!r}; known are {', '.join(Emotion)}")
    if not row["speaker"]:
        raise UsageError(f"{where}: no speaker; every clip needs one, so that splits are by speaker")
    try:
        seconds = float(row["seconds"])
    except ValueError:
        seconds = float("nan")
    if not isfinite(seconds) or seconds <= 0:
        raise UsageError(f"{where}: seconds is {row['seconds']!r}; give the clip's length, above 0")
    return Clip(
        path=path,
        corpus=row["corpus"],
        speaker=row["speaker"],
        gender=row["gender"],
        emotion=Emotion(row["emotion"]),
        seconds=seconds,
        sentence=_sentence(row["corpus"], path),
    )


def _sentence(corpus: str, path: Path) -> str | None:
    """RAVDESS names its statement in the fifth field: `03-01-05-02-01-01-12.flac` is statement 01."""
    fields = path.stem.split("-")
    return fields[4] if corpus == "ravdess" and len(fields) == 7 else None
