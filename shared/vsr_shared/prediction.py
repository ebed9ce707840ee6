"""Sound -> probability of positive emotion, per segment and for the recording. Needs LiteRT and NumPy alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from vsr_shared.audio.decode import SAMPLE_RATE
from vsr_shared.base import Base
from vsr_shared.emotions import Polarity
from vsr_shared.learning.common_voice import Voice, split_voice
from vsr_shared.learning.measure import measured
from vsr_shared.learning.memory import Memory, split_memory
from vsr_shared.learning.odds import sigmoid
from vsr_shared.listening import Heard, listen
from vsr_shared.network.tail_head import log_probabilities_of, prepare
from vsr_shared.network.trunk import LiteRTTrunk
from vsr_shared.weights import Array, Weights


@dataclass(frozen=True)
class SegmentPrediction:
    """Probability of positive emotion in one segment; times in seconds."""

    start: float
    end: float
    positive: float


@dataclass(frozen=True)
class Prediction:
    """Probability of positive emotion in a recording: the mean over its segments that are not silent."""

    seconds: float
    positive: float
    segments: tuple[SegmentPrediction, ...]

    @property
    def label(self) -> Polarity:
        """The likelier polarity."""
        return Polarity.POSITIVE if self.positive >= 0.5 else Polarity.NEGATIVE


class Predictor:
    """A base with one tail and head, loaded once, for any number of recordings."""

    def __init__(self, base: Base, weights: Weights | None = None, threads: int | None = None) -> None:
        """Load `base`; `weights` replace its own tail and head where given, and may hold a memory and a voice."""
        self._spec = base.manifest.spectrogram
        self._frozen = base.frozen
        others, self._voice = split_voice(weights or base.trainable)
        layers, self._memory = split_memory(others)
        self._weights = {name: array[None] for name, array in layers.items()}
        self.trunk = LiteRTTrunk(base.trunk, self._spec.shape, threads)

    def hear(self, blocks: Iterable[Array]) -> Iterator[Heard]:
        """Yield what the trunk hears in mono float32 `blocks` at 22,050 Hz."""
        return listen(blocks, self.trunk, self._spec)

    def predict(self, blocks: Iterable[Array]) -> Prediction:
        """Return the prediction for mono float32 `blocks` at 22,050 Hz; AudioError where there is nothing to hear."""
        clock = _Clock(blocks)
        found: list[SegmentPrediction] = []
        for heard in self.hear(clock):
            probabilities = self.judge(heard.activations, heard.statistics)
            found += [
                SegmentPrediction(segment.start, segment.end, float(probability))
                for segment, probability in zip(heard.segments, probabilities, strict=True)
            ]
        return Prediction(clock.seconds, float(np.mean([segment.positive for segment in found])), tuple(found))

    def judge(self, activations: Array, statistics: Array | None = None) -> Array:
        """Return each segment's probability of positive (n,) for activations (n, h, w, 1888).

        A memory and a voice have their say where cepstral `statistics` (n, 79) are given.
        """
        return judged(self._weights, self._memory, self._frozen, activations, statistics, self._voice)


def judged(
    layers: Weights,
    memory: Memory | None,
    frozen: Weights,
    activations: Array,
    statistics: Array | None,
    voice: Voice | None = None,
) -> Array:
    """Return each segment's probability of positive (n,) by one tail and head (leading axis 1), memory and voice."""
    log_p = log_probabilities_of(layers, frozen, prepare(activations[None], frozen))[0]
    if (memory is None and voice is None) or statistics is None:
        network: Array = np.exp(log_p[:, 1])
        return network
    odds = (log_p[:, 1] - log_p[:, 0]).astype(np.float64)
    measures = measured(statistics, frozen)
    if voice is not None:
        odds += voice.shift(measures)
        measures = voice.scaled(measures)
    if memory is not None:
        odds += memory.shift(measures)
    return sigmoid(odds).astype(np.float32)


class _Clock:
    """Passes blocks through and counts their seconds."""

    def __init__(self, blocks: Iterable[Array]) -> None:
        self._blocks = blocks
        self._samples = 0

    def __iter__(self) -> Iterator[Array]:
        for block in self._blocks:
            self._samples += len(block)
            yield block

    @property
    def seconds(self) -> float:
        return self._samples / SAMPLE_RATE
