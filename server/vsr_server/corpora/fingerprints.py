"""Which recordings are the same, and which data a base was made of."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from vsr_server.corpora.clip import Clip

_BLOCK: Final = 1 << 20


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def fingerprints(clips: Iterable[Clip]) -> tuple[str, ...]:
    """Return the SHA-256 of each recording's bytes."""
    return tuple(fingerprint(clip.path) for clip in clips)


def repeated(prints: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Return the groups of indices, each of two or more in order, whose fingerprints are the same."""
    where: dict[str, list[int]] = {}
    for index, digest in enumerate(prints):
        where.setdefault(digest, []).append(index)
    return tuple(tuple(group) for group in where.values() if len(group) > 1)


def same_recordings(clips: Iterable[Clip]) -> Iterator[tuple[Clip, ...]]:
    """Yield the groups of two or more clips whose files hold the same bytes; empty files are not compared."""
    by_size: dict[int, list[Clip]] = {}
    for clip in clips:
        by_size.setdefault(clip.path.stat().st_size, []).append(clip)
    for size, alike in by_size.items():
        if size and len(alike) > 1:
            yield from (tuple(alike[i] for i in group) for group in repeated(fingerprints(alike)))


def data_hash(clips: Sequence[Clip], prints: Sequence[str]) -> str:
    """Return one SHA-256 over recordings and labels, whatever their order and wherever they lie."""
    lines = (f"{prints[i]} {clip.corpus} {clip.speaker} {clip.emotion}" for i, clip in enumerate(clips))
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
