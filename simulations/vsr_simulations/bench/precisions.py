"""What storing the trunk's weights in fewer bits costs and gives: size, time, and what changes on people's voices."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, get_args

import numpy as np
import numpy.typing as npt

from vsr_server.base.evaluation.examinees import how_heard
from vsr_server.corpora.clip import Clip
from vsr_server.corpora.manifest import read_manifest
from vsr_shared.audio.decode import decode_blocks
from vsr_shared.audio.segments import segments, voiced
from vsr_shared.audio.spectrogram import spectrogram_image
from vsr_shared.base import Base, write_base
from vsr_shared.errors import UsageError
from vsr_shared.learning.odds import recording_means
from vsr_shared.metrics import Probabilities, Scores, scores
from vsr_shared.network.export import Precision, to_litert
from vsr_shared.prediction import Predictor
from vsr_simulations.bench.trunk_graph import trunk_function

PRECISIONS: Final[tuple[Precision, ...]] = get_args(Precision)
THREADS: Final = (1, 2)
LOSS: Final = 0.005
"""UAR that a faster trunk may cost."""

_TURNS, _TIMES = 15, 4


@dataclass(frozen=True)
class PrecisionRow:
    """One precision beside float32, in the same run."""

    precision: Precision
    megabytes: float
    """Of the whole base file, 10^6 bytes."""
    milliseconds: Mapping[int, float]
    """A clip's image through the trunk, by threads; medians."""
    ratio: Mapping[int, float]
    """How many times faster than float32, by threads; medians over turns."""
    scores: Scores
    largest_change: float
    """Of any recording's probability."""
    mean_change: float
    other_side: int
    """Recordings that are judged otherwise than with float32."""


def converted(base: Base) -> dict[Precision, Base]:
    """Return `base` with its trunk at each precision; needs TensorFlow and minutes."""
    function = trunk_function(base.trunk)
    return {precision: replace(base, trunk=to_litert(function, precision)) for precision in PRECISIONS}


def chosen_clips(folder: Path, base: Base, speakers: Sequence[str]) -> tuple[tuple[Clip, ...], dict[str, str]]:
    """Return the recordings of `speakers`, or of those whom `base` was validated on, and how it heard them.

    A base is no better tested by voices that it heard, but what a precision changes can be seen in them too.
    UsageError where nobody is left.
    """
    wanted = set(speakers) or set(base.manifest.notes.get("validated_on", ()))
    clips = tuple(clip for clip in read_manifest(folder) if clip.speaker in wanted)
    if absent := wanted - {clip.speaker for clip in clips}:
        raise UsageError(f"speaker(s) {', '.join(sorted(absent))} are not in {folder}; correct --speakers")
    if not clips:
        raise UsageError("this base does not say whom it was validated on; name --speakers")
    heard = {name: how_heard(base.manifest, name) for name in sorted(wanted & set(base.manifest.heard))}
    return clips, heard


def images_of(clips: Sequence[Clip], base: Base) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.intp]]:
    """Return all segments' images (n, height, width) and whose each is (n,)."""
    images = [
        spectrogram_image(
            np.stack([part.samples for part in voiced(segments(decode_blocks(clip.path)))]), base.manifest.spectrogram
        )
        for clip in clips
    ]
    return np.concatenate(images), np.repeat(np.arange(len(clips)), [len(part) for part in images])


def precision_rows(bases: Mapping[Precision, Base], clips: Sequence[Clip]) -> Iterator[PrecisionRow]:
    """Yield a row for each of `bases`, which differ in their trunks alone, judged on `clips`."""
    images, owner = images_of(clips, bases["float32"])
    labels = np.array([clip.positive for clip in clips])
    times = {threads: trunk_times(bases, images[:1], threads) for threads in THREADS}
    plain: Probabilities | None = None
    for precision, base in bases.items():
        predictor = Predictor(base)
        said = recording_means(predictor.judge(predictor.trunk(images)), owner)
        plain = said if plain is None else plain
        change = np.abs(said - plain)
        yield PrecisionRow(
            precision=precision,
            megabytes=len(write_base(base)) / 1e6,
            milliseconds={threads: found[precision][0] for threads, found in times.items()},
            ratio={threads: found[precision][1] for threads, found in times.items()},
            scores=scores(labels, said),
            largest_change=float(change.max()),
            mean_change=float(change.mean()),
            other_side=int(((said >= 0.5) != (plain >= 0.5)).sum()),
        )


def trunk_times(
    bases: Mapping[Precision, Base], image: npt.NDArray[np.uint8], threads: int
) -> dict[Precision, tuple[float, float]]:
    """Return (milliseconds, times faster than float32) of each trunk on one image (1, height, width), taken in turns.

    A busy machine slows all of a turn alike; the ratio is the median of the turns' ratios.
    """
    trunks = {precision: Predictor(base, threads=threads).trunk for precision, base in bases.items()}
    turns = [{name: _milliseconds(trunk, image) for name, trunk in trunks.items()} for _ in range(_TURNS)]
    return {
        name: (
            statistics.median(turn[name] for turn in turns),
            statistics.median(turn["float32"] / turn[name] for turn in turns),
        )
        for name in trunks
    }


def _milliseconds(trunk: Callable[[npt.NDArray[np.uint8]], object], image: npt.NDArray[np.uint8]) -> float:
    trunk(image)
    started = time.perf_counter()
    for _ in range(_TIMES):
        trunk(image)
    return 1000 * (time.perf_counter() - started) / _TIMES


def best(rows: Sequence[PrecisionRow]) -> PrecisionRow:
    """Return the fastest (one thread) whose UAR is less than half a point below float32's."""
    plain = next(row for row in rows if row.precision == "float32")
    allowed = [row for row in rows if plain.scores.uar - row.scores.uar < LOSS]
    return max(allowed, key=lambda row: row.ratio[1])
