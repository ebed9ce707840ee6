"""A sound heard once: what is kept of it to learn from, what the head in use says, and how loud it is."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np

from vsr_client.recorder.levels import LevelMeter
from vsr_client.store.heard import HeardRecording
from vsr_client.store.kept_recording import Levels
from vsr_shared.audio.decode import SAMPLE_RATE, Block, decode_blocks
from vsr_shared.listening import Heard
from vsr_shared.prediction import SegmentPrediction
from vsr_shared.weights import Array

MAX_SEGMENTS = 150
"""Segments of one recording that are learnt from: 10 minutes. One label does not describe more of a voice."""


class Listener(Protocol):
    """What hears and judges: a Predictor, or the app's, which several threads share."""

    def hear(self, blocks: Iterable[Array]) -> Iterator[Heard]:
        """Yield what the trunk hears in mono float32 `blocks` at 22,050 Hz."""

    def judge(self, activations: Array, statistics: Array | None = None) -> Array:
        """Return each segment's probability of positive (n,)."""


@dataclass(frozen=True)
class Hearing:
    """A recording as it is kept."""

    heard: HeardRecording
    """Of its first 150 segments."""
    said: tuple[SegmentPrediction, ...]
    """What the listener says of all its segments."""
    seconds: float
    """Of the whole recording."""
    levels: Levels
    sound: bytes
    """SHA-256 of its samples at 22,050 Hz, by which the same recording is known again, whatever file it is in."""

    @property
    def positive(self) -> float:
        """Probability of positive, the mean over what was heard."""
        return float(np.mean([segment.positive for segment in self.said]))


def hear(source: Path | BinaryIO, listener: Listener, name: str | None = None) -> Hearing:
    """Return what is heard in a file; AudioError where there is nothing to hear. `name` is for its messages.

    A few segments are in memory at a time, beside what is kept of the first ones.
    """
    sound = LevelMeter(decode_blocks(source, name=name))
    digest = hashlib.sha256()
    parts: list[Heard] = []
    said: list[SegmentPrediction] = []
    for part in listener.hear(_hashed(sound, digest)):
        if len(said) < MAX_SEGMENTS:
            parts.append(_without_samples(part))
        positives = listener.judge(part.activations, part.statistics)
        said += [
            SegmentPrediction(segment.start, segment.end, float(positive))
            for segment, positive in zip(part.segments, positives, strict=True)
        ]
    return Hearing(_joined(parts), tuple(said), sound.samples / SAMPLE_RATE, sound.levels, digest.digest())


def _hashed(blocks: Iterable[Block], digest: "hashlib._Hash") -> Iterator[Block]:
    for block in blocks:
        digest.update(block.tobytes())
        yield block


def _without_samples(heard: Heard) -> Heard:
    """Return `heard` as small as it is kept."""
    bare = tuple(type(one)(one.start, one.end, one.samples[:0], one.silent) for one in heard.segments)
    return Heard(bare, heard.activations.astype(np.float16), heard.statistics, heard.images)


def _joined(parts: list[Heard]) -> HeardRecording:
    activations, statistics, images = (
        np.concatenate([getattr(part, name) for part in parts])[:MAX_SEGMENTS]
        for name in ("activations", "statistics", "images")
    )
    times = [(segment.start, segment.end) for part in parts for segment in part.segments]
    return HeardRecording(activations, statistics, images, tuple(times[:MAX_SEGMENTS]))
