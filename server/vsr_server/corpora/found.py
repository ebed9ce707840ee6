"""What lies in a folder: every manifest in it, and every file that a corpus knows by its name.

A folder with a `MANIFEST.csv` holds what that lists. Elsewhere the files' names tell, wherever they lie, so that every
layout that keeps the names is read. A clip that is there several times counts once: WAV before others, the shallowest
first. What starts with a dot, and `__MACOSX`, is passed over.
"""

import filecmp
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vsr_server.corpora.clip import Clip
from vsr_server.corpora.corpus import Named, Refused
from vsr_server.corpora.known import KNOWN, recognise
from vsr_server.corpora.manifest import MANIFEST, FaultyRow, manifest_contents

SUFFIXES: Final = (".wav", ".flac", ".ogg", ".mp3", ".m4a")
"""Suffixes of sound, best first."""


@dataclass(frozen=True)
class Other:
    """A file that holds a clip which another one is taken for."""

    path: Path
    taken: Path
    differs: bool
    """Whether it is of the same format and yet not the same bytes, so that one of the two is wrong."""


@dataclass(frozen=True)
class Found:
    """What a folder holds. `keys` names each clip of `clips` within its corpus, in the same order."""

    clips: tuple[Clip, ...]
    keys: tuple[str, ...]
    listed: frozenset[Path]
    """Those clips' paths that a manifest lists."""
    others: tuple[Other, ...]
    refused: tuple[tuple[Path, str, Refused], ...]
    """Files of a corpus (its name in the middle) that give no clip."""
    unknown: tuple[Path, ...]
    """Sound that no manifest lists and no corpus knows."""
    faulty: tuple[FaultyRow, ...]


def find_clips(folder: Path) -> Found:
    """Return what lies in `folder`, not following links. UsageError where a manifest cannot be read at all."""
    candidates: dict[tuple[str, str], list[Clip]] = {}
    listed: set[Path] = set()
    refused: list[tuple[Path, str, Refused]] = []
    unknown: list[Path] = []
    faulty: list[FaultyRow] = []
    for place in _folders(folder.resolve()):
        if place.manifest:
            contents = manifest_contents(place.path)
            faulty += contents.faulty
            listed |= {clip.path for clip in contents.clips}
            for clip in contents.clips:
                candidates.setdefault((clip.corpus, _key(clip)), []).append(clip)
            in_table = {clip.path for clip in contents.clips} | {place.path / row.file for row in contents.faulty}
            unknown += [path for path in place.sound if path not in in_table]
            continue
        for path in place.sound:
            match recognise(path):
                case None:
                    unknown.append(path)
                case (corpus, Refused() as why):
                    refused.append((path, corpus.name, why))
                case (corpus, Named() as name):
                    clip = Clip(
                        path, corpus.name, name.speaker, name.gender, name.emotion, None, name.sentence, name.session
                    )
                    candidates.setdefault((corpus.name, name.key), []).append(clip)
    taken = {key: min(clips, key=_preference) for key, clips in candidates.items()}
    others = tuple(_others(taken[key], clips) for key, clips in candidates.items() if len(clips) > 1)
    return Found(
        tuple(taken.values()),
        tuple(key for _, key in taken),
        frozenset(listed),
        tuple(other for group in others for other in group),
        tuple(refused),
        tuple(unknown),
        tuple(faulty),
    )


@dataclass(frozen=True)
class _Place:
    """A folder and the sound in it; with a manifest also that in its subfolders."""

    path: Path
    manifest: bool
    sound: tuple[Path, ...]


def _folders(root: Path) -> Iterable[_Place]:
    for where, below, files in os.walk(root):
        below[:] = sorted(name for name in below if not name.startswith(".") and name != "__MACOSX")
        path = Path(where)
        manifest = MANIFEST in files
        sound = [path / name for name in sorted(files)]
        if manifest:
            sound = sorted(path.rglob("*"))
            below.clear()
        yield _Place(path, manifest, tuple(file for file in sound if _is_sound(file)))


def _is_sound(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def _key(clip: Clip) -> str:
    """Return a listed clip's name in its corpus: its own path where the corpus is not known."""
    name = KNOWN[clip.corpus].read(clip.path) if clip.corpus in KNOWN else None
    return name.key if isinstance(name, Named) else str(clip.path)


def _preference(clip: Clip) -> tuple[int, int, str]:
    suffix = clip.path.suffix.lower()
    return SUFFIXES.index(suffix) if suffix in SUFFIXES else len(SUFFIXES), len(clip.path.parts), str(clip.path)


def _others(taken: Clip, clips: Iterable[Clip]) -> list[Other]:
    def differs(path: Path) -> bool:
        return path.suffix.lower() == taken.path.suffix.lower() and not filecmp.cmp(path, taken.path, shallow=False)

    return [Other(clip.path, taken.path, differs(clip.path)) for clip in clips if clip is not taken]
