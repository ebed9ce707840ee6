"""How good a base is on speakers it never heard: pooled, by corpus, speaker and gender, with intervals.

A figure over few speakers is worth little without its interval: the bootstrap draws whole speakers, because
recordings of one person are alike.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vsr_server.base.images import Images
from vsr_server.corpora.clip import Clip
from vsr_shared.base import Base
from vsr_shared.metrics import Scores, scores
from vsr_shared.prediction import Predictor

Floats = npt.NDArray[np.floating[Any]]
Interval = tuple[float, float]


@dataclass(frozen=True)
class Judged:
    """How many recordings there were, and how many of them were judged positive."""

    count: int
    positive: int


@dataclass(frozen=True)
class Evaluation:
    """Figures of one way to predict, on test speakers."""

    overall: Scores
    corpora: Mapping[str, Scores]
    genders: Mapping[str, Scores]
    speakers: Mapping[str, Scores]
    mean_speaker_uar: float
    """Mean UAR of the speakers who have both polarities."""
    worst_speaker: tuple[str, float]
    """Name and UAR of the speaker it serves worst; ("", NaN) where nobody has both polarities."""
    worst_tenth: float
    """Mean UAR of the worst tenth of speakers, one of them at least."""
    emotions: Mapping[str, Judged]
    """By true emotion: which of them are taken for their opposite."""
    confusion: tuple[tuple[int, int], tuple[int, int]]
    """Recordings by true polarity, then by the judged one; negative before positive."""
    intervals: Mapping[str, Interval]
    """95 % of each overall figure, bootstrapped over speakers; NaN where there is one speaker alone."""

    def to_dict(self) -> dict[str, Any]:
        """Return everything for JSON, NaN as None."""
        found: dict[str, Any] = _plain(asdict(self))
        return found


def evaluate(voices: Sequence[Clip], positive: Floats, draws: int = 1000, seed: int = 0) -> Evaluation:
    """Return the figures of probabilities `positive` (n,) for recordings `voices` (n)."""
    labels = np.array([voice.positive for voice in voices], dtype=np.int64)

    def by(group: Callable[[Clip], str]) -> dict[str, Scores]:
        names = np.array([group(voice) for voice in voices])
        return {str(name): scores(labels[names == name], positive[names == name]) for name in np.unique(names)}

    speakers = by(lambda voice: voice.speaker)
    ranked = sorted((found.uar, name) for name, found in speakers.items() if not np.isnan(found.uar))
    worst = [value for value, _ in ranked[: max(1, len(ranked) // 10)]]
    return Evaluation(
        overall=scores(labels, positive),
        corpora=by(lambda voice: voice.corpus),
        genders=by(lambda voice: voice.gender),
        speakers=speakers,
        mean_speaker_uar=float(np.mean([value for value, _ in ranked])) if ranked else float("nan"),
        worst_speaker=(ranked[0][1], ranked[0][0]) if ranked else ("", float("nan")),
        worst_tenth=float(np.mean(worst)) if worst else float("nan"),
        emotions=_judged(voices, positive),
        confusion=_confusion(labels, positive),
        intervals=speaker_bootstrap([voice.speaker for voice in voices], labels, positive, draws, seed),
    )


def speaker_bootstrap(
    speakers: Sequence[str], labels: npt.NDArray[np.int64], positive: Floats, draws: int, seed: int
) -> dict[str, Interval]:
    """Return the 2.5th and 97.5th percentile of each figure over `draws` samples of whole speakers.

    Draws that lack a polarity are left out; NaN where all do, and for one speaker alone, who says nothing about others.
    """
    figures: dict[str, list[float]] = {"uar": [], "auroc": [], "nll": [], "ece": []}
    if len(set(speakers)) < 2:
        return dict.fromkeys(figures, (float("nan"), float("nan")))
    rng = np.random.default_rng(seed)
    names = np.array(speakers)
    places = [np.flatnonzero(names == name) for name in sorted(set(speakers))]
    for _ in range(draws):
        drawn = np.concatenate([places[i] for i in rng.integers(0, len(places), len(places))])
        found = scores(labels[drawn], positive[drawn])
        for name, values in figures.items():
            values.append(getattr(found, name))
    return {name: _percentiles(np.array(values)) for name, values in figures.items()}


def base_probabilities(
    base: Base, images: Images, say: Callable[[str], None] = lambda _: None
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return (recordings (m,), probability of positive (m,)) as a person's machine computes them from `images`."""
    predictor = Predictor(base)
    parts = []
    for first in range(0, len(images.pictures), 64):
        parts.append(predictor.judge(predictor.trunk(images.pictures[first : first + 64])))
        if first and first % 640 == 0:
            say(f"{first} of {len(images.pictures)} images predicted")
    recordings, place = np.unique(images.recording, return_inverse=True)
    mean = np.bincount(place, weights=np.concatenate(parts)) / np.bincount(place)
    return recordings, mean


def _judged(voices: Sequence[Clip], positive: Floats) -> dict[str, Judged]:
    emotions = np.array([str(voice.emotion) for voice in voices])
    said = positive >= 0.5
    return {
        str(name): Judged(int(np.sum(emotions == name)), int(np.sum(said[emotions == name])))
        for name in np.unique(emotions)
    }


def _confusion(labels: npt.NDArray[np.int64], positive: Floats) -> tuple[tuple[int, int], tuple[int, int]]:
    counts = np.bincount(2 * labels + (positive >= 0.5), minlength=4)
    return (int(counts[0]), int(counts[1])), (int(counts[2]), int(counts[3]))


def _percentiles(values: Floats) -> Interval:
    known = values[~np.isnan(values)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and np.isnan(value) else value
