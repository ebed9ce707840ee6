"""The trunk once a clip, for all time: what it heard is kept on disk under the base's id and the file's SHA-256.

Where a simulated microphone heard the clip first, its figures are in the key: no two microphones share what is kept.
A folder a base holds three files: `index.jsonl` (a line a clip: its key, first row, rows), `activations.f16` and
`statistics.f32` (rows, one a segment, memory-mapped). Rows are written before the line that names them, so that a run
that is killed goes on behind the last clip whose line is whole.
"""

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Final

import numpy as np

from vsr_server.corpora.clip import Clip
from vsr_server.corpora.fingerprints import fingerprint
from vsr_server.microphones.catalogue import STUDIO
from vsr_server.microphones.microphone import Microphone
from vsr_shared.audio.cepstrum import STATISTICS
from vsr_shared.base import Base
from vsr_shared.errors import StoreError
from vsr_shared.prediction import Predictor
from vsr_simulations.engine.heard import HeardClips
from vsr_simulations.engine.sounds import Sound, key_of, read_ahead
from vsr_simulations.engine.time_left import Progress

MAX_SEGMENTS: Final = 150
"""Segments of one clip that are learnt from, as on a person's machine."""
_INDEX: Final = "index.jsonl"
_ACTIVATIONS: Final = "activations.f16"
_CEPSTRA: Final = "statistics.f32"


@dataclass(frozen=True)
class KeptActivations:
    """What a base's trunk heard of clips, on disk."""

    folder: Path
    shape: tuple[int, ...]
    """(h, w, 1888)"""
    rows: dict[str, tuple[int, int]]
    """By a clip's key: its first row and count of rows."""

    def of(self, keys: Sequence[str], labels: Sequence[int]) -> HeardClips:
        """Return the clips with these keys, read into memory; KeyError for one that was not heard."""
        places = [np.arange(first, first + count) for first, count in (self.rows[one] for one in keys)]
        rows = np.concatenate(places) if places else np.zeros(0, np.intp)
        owner = np.repeat(np.arange(len(places)), [len(place) for place in places])
        size = _rows_behind(self.rows)
        activations, statistics = np.zeros((0, *self.shape), np.float16), np.zeros((0, STATISTICS), np.float32)
        if len(rows):
            mapped = np.memmap(self.folder / _ACTIVATIONS, np.float16, "r", shape=(size, *self.shape))
            activations = np.asarray(mapped[rows])
            cepstra = np.memmap(self.folder / _CEPSTRA, np.float32, "r", shape=(size, STATISTICS))
            statistics = np.asarray(cepstra[rows])
        return HeardClips(activations, statistics, np.asarray(labels, np.int64), owner)


def kept_activations(
    base: Base,
    clips: Sequence[Clip],
    cache_dir: Path,
    on_progress: Callable[[Progress], None] | None = None,
    threads: int | None = 1,
    microphones: Sequence[Microphone] | None = None,
) -> tuple[KeptActivations, tuple[str, ...]]:
    """Hear the `clips` that were not heard yet and return what is kept, and each clip's key.

    With `microphones`, one a clip, each clip is first heard by its own. Raises AudioError where a clip cannot be heard,
    StoreError where the folder cannot be written. Not for several processes on one folder at once.
    """
    folder = cache_dir / base.id.replace("@", "-")
    sounds = [Sound(clip.path, one) for clip, one in zip(clips, microphones or [STUDIO] * len(clips), strict=True)]
    print_of = {path: fingerprint(path) for path in dict.fromkeys(sound.path for sound in sounds)}
    keys = tuple(key_of(print_of[sound.path], sound.microphone) for sound in sounds)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        rows, shape = _read_index(folder)
        missing = {one: sound for one, sound in zip(keys, sounds, strict=True) if one not in rows}
        if missing:
            shape = _hear(base, missing, folder, rows, shape, threads, on_progress)
    except OSError as error:
        raise StoreError(
            f"activations cannot be kept in {folder} ({error}); free space or name another --cache"
        ) from error
    return KeptActivations(folder, shape, rows), keys


def _hear(
    base: Base,
    missing: dict[str, Sound],
    folder: Path,
    rows: dict[str, tuple[int, int]],
    shape: tuple[int, ...],
    threads: int | None,
    on_progress: Callable[[Progress], None] | None,
) -> tuple[int, ...]:
    """Append what is heard of `missing` to the files and to `rows`; return an activation's shape."""
    predictor = Predictor(base, threads=threads)
    known = _rows_behind(rows)
    started = time.monotonic()
    _cut(folder / _ACTIVATIONS, known * prod(shape) * 2)
    _cut(folder / _CEPSTRA, known * STATISTICS * 4)
    with ExitStack() as stack:
        index, activations, statistics = (
            stack.enter_context((folder / name).open("ab")) for name in (_INDEX, _ACTIVATIONS, _CEPSTRA)
        )
        for done, (one, blocks) in enumerate(read_ahead(missing), 1):
            parts = list(predictor.hear(blocks))
            heard = np.concatenate([part.activations for part in parts])[:MAX_SEGMENTS]
            cepstra = np.concatenate([part.statistics for part in parts])[:MAX_SEGMENTS]
            shape = heard.shape[1:]
            line = json.dumps({"clip": one, "first": known, "rows": len(heard), "shape": shape}).encode() + b"\n"
            for file, data in (
                (activations, heard.astype("<f2").tobytes()),
                (statistics, cepstra.astype("<f4").tobytes()),
                (index, line),
            ):
                file.write(data)
                file.flush()
            rows[one] = (known, len(heard))
            known += len(heard)
            if on_progress:
                on_progress(Progress("clips heard", done, len(missing), time.monotonic() - started))
    return shape


def _read_index(folder: Path) -> tuple[dict[str, tuple[int, int]], tuple[int, ...]]:
    """Return what the index names; a last line that a kill left half is cut off."""
    path = folder / _INDEX
    data = path.read_bytes() if path.exists() else b""
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        _cut(path, len(whole))
    lines = [json.loads(line) for line in whole.splitlines()]
    shape = tuple(lines[0]["shape"]) if lines else ()
    return {line["clip"]: (line["first"], line["rows"]) for line in lines}, shape


def _rows_behind(rows: dict[str, tuple[int, int]]) -> int:
    return max((first + count for first, count in rows.values()), default=0)


def _cut(path: Path, size: int) -> None:
    """Leave off what a killed run wrote beyond `size` bytes."""
    if path.exists():
        os.truncate(path, size)
