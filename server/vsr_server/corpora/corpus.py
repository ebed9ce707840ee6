"""What is known of a corpus: what it holds, how its files are named, where it comes from."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from vsr_shared.emotions import Emotion


@dataclass(frozen=True)
class Named:
    """What the name of a file says of the clip in it."""

    key: str
    """The clip's name in its corpus, the same for every copy of it."""
    speaker: str
    gender: str
    emotion: Emotion
    sentence: str | None = None
    session: str | None = None


class Refusal(StrEnum):
    """Why a name of the corpus' form gives no clip."""

    UNKNOWN_LABEL = "unknown label"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Refused:
    """A name of the corpus' form that gives no clip, and why in words."""

    kind: Refusal
    why: str


Reading = Named | Refused | None
"""What a corpus makes of a file's path: None where it is none of its files."""


@dataclass(frozen=True)
class Archive:
    """A zip file that its publisher lets anybody download."""

    url: str
    file: str
    checksum: str
    """`algorithm:hex`, as the publisher states it."""
    size: int
    """Bytes to download."""
    unpacked: int
    """Bytes that it may unpack to at most."""


@dataclass(frozen=True)
class PointedFiles:
    """Files in Git LFS: a repository's zip holds a pointer (SHA-256, size) for each, and the files lie elsewhere."""

    pointers: str
    """URL of the zip, of one commit."""
    folder: str
    """The repository's folder whose files are meant."""
    digest: str
    """SHA-256 over the lines `name sha256 size`, sorted by name: it pins every file."""
    files: str
    """URL of a file, with `{name}`."""
    size: int


@dataclass(frozen=True)
class Corpus:
    """A published corpus. `clips`, `speakers` and `emotions` are what its authors state."""

    name: str
    title: str
    language: str
    licence: str
    clips: int
    speakers: int
    emotions: tuple[Emotion, ...]
    how_to_get: str
    read: Callable[[PurePath], Reading]
    unusable: int = 0
    """How many of the published clips `read` leaves out."""
    names: Callable[[Collection[str]], frozenset[str]] | None = None
    """The keys of all published clips of use, told those that were found; None where only their number is known."""
    source: Archive | PointedFiles | None = None
    """Where it is fetched from, or None where licence or checksums do not allow that."""
