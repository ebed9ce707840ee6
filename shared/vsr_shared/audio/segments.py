"""A recording as 4-second segments: what the network hears at a time.

- Full segments stand back to back from the beginning: 0-4 s, 4-8 s and so on, without overlap.
- The remainder is a segment of its own, filled up with digital silence at its end, where it is at least 1 s
  long or the recording has no other segment. A shorter remainder is dropped: mostly padding, it would say
  little about the voice and count as much as 4 seconds do.
- A recording under 0.35 s is refused: shorter than a spoken word (the shortest of the Turkish corpus has
  0.354 s).
- A segment whose RMS, padding left out, is below -70 dBFS is `silent`: it is said to be there, but not
  judged, because a spectrogram that is relative to its own loudest cell would show the noise of the
  microphone as speech.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vsr_shared.audio.decode import SAMPLE_RATE, Block
from vsr_shared.errors import EmptyAudio, SilentAudio, TooShortAudio

SEGMENT_SECONDS = 4.0
"""Length of a segment."""

SEGMENT_SAMPLES = 88_200
"""Length of a segment in samples at 22,050 Hz."""

MIN_REMAINDER = 1.0
"""Seconds from which a remainder is a segment beside others."""

MIN_SECONDS = 0.35
"""Seconds from which a recording is heard at all."""

SILENCE_DBFS = -70.0
"""Level below which a segment is silent: its RMS in dB against a full scale of 1."""


@dataclass(frozen=True)
class Segment:
    """One segment: where it stands in the recording, its samples, and whether it is silent.

    `start` and `end` are seconds, `end` the true one before padding; `samples` float32 `(88200,)`, about
    -1..1.
    """

    start: float
    end: float
    samples: npt.NDArray[np.float32]
    silent: bool


def segments(blocks: Iterable[Block]) -> Iterator[Segment]:
    """Yield the segments of the recording that `blocks` make up, as they fill.

    `blocks` are float32 `(samples,)` of any lengths at 22,050 Hz.     EmptyAudio where there is no sample,
    TooShortAudio where all of them are less than 0.35 s. One segment and one block are in memory at a time.
    """
    buffer = np.zeros(SEGMENT_SAMPLES, np.float32)
    filled = count = 0
    for block in blocks:
        rest = block
        while len(rest):
            taken = min(len(rest), SEGMENT_SAMPLES - filled)
            buffer[filled : filled + taken] = rest[:taken]
            filled, rest = filled + taken, rest[taken:]
            if filled == SEGMENT_SAMPLES:
                yield _segment(count, buffer, filled)
                buffer, filled, count = np.zeros(SEGMENT_SAMPLES, np.float32), 0, count + 1
    if not count:
        _check_length(filled)
    if filled and (not count or filled >= MIN_REMAINDER * SAMPLE_RATE):
        yield _segment(count, buffer, filled)


def voiced(parts: Iterable[Segment]) -> Iterator[Segment]:
    """Yield the segments that are not silent; SilentAudio, at the end, where there was none."""
    heard = False
    for segment in parts:
        if not segment.silent:
            heard = True
            yield segment
    if not heard:
        raise SilentAudio(
            f"the recording is silent (below {SILENCE_DBFS:.0f} dBFS throughout); "
            "check that the right microphone is chosen and not muted, then record again"
        )


def _check_length(samples: int) -> None:
    if not samples:
        raise EmptyAudio("the recording holds no samples; record it again or choose another file")
    if samples < int(MIN_SECONDS * SAMPLE_RATE):
        raise TooShortAudio(
            f"the recording lasts {samples / SAMPLE_RATE:.2f} s and at least {MIN_SECONDS} s are needed; "
            "record a longer one, best 4 s or more"
        )


def _segment(index: int, samples: npt.NDArray[np.float32], filled: int) -> Segment:
    start = index * SEGMENT_SECONDS
    power = float(np.mean(np.square(samples[:filled], dtype=np.float64)))
    silent = power < 10 ** (SILENCE_DBFS / 10)
    return Segment(start, start + filled / SAMPLE_RATE, samples, silent)
