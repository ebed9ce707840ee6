"""Hearing and judging in the app: one trunk and one head in memory, for whichever thread asks."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from vsr_client.hearing import Hearing, hear
from vsr_client.person import Person
from vsr_client.store.heard import HeardRecording
from vsr_client.store.kept_recording import Said
from vsr_client.store.models import KeptModel
from vsr_shared.listening import Heard
from vsr_shared.prediction import Predictor, SegmentPrediction
from vsr_shared.weights import Array


@dataclass(frozen=True)
class Head:
    """Which tail and head judge."""

    id: str
    origin: str


class Judge:
    """Thread-safe: the trunk runs for one thread at a time, eight segments at a time, so that nobody waits long."""

    def __init__(self, person: Callable[[], Person]) -> None:
        """Judge with the base and the head in use of `person`, found when first needed."""
        self._person = person
        self._choosing, self._loading, self._trunk = Lock(), Lock(), Lock()
        self._chosen: tuple[KeptModel | None, Head] | None = None
        self._loaded: tuple[Predictor, Head] | None = None

    def refresh(self) -> None:
        """Look again which head is in use before the next judgement."""
        with self._choosing:
            self._chosen = None

    @property
    def head(self) -> Head:
        """The head in use."""
        return self._choose()[1]

    def load(self) -> None:
        """Load what the next judgement needs."""
        self._load()

    def hear(self, audio: BinaryIO, name: str) -> tuple[Hearing, Said]:
        """Return what is heard in `audio` and what the head in use says; AudioError where there is nothing to hear."""
        predictor, head = self._load()
        hearing = hear(audio, _Shared(predictor, self._trunk), name)
        return hearing, Said(self._person().base.id, head.id, hearing.positive, hearing.said)

    def judge(self, heard: HeardRecording) -> Said:
        """Return what the head in use says of what was heard before."""
        predictor, head = self._load()
        positives = predictor.judge(heard.activations.astype(np.float32), heard.statistics)
        found = tuple(
            SegmentPrediction(start, end, float(positive))
            for (start, end), positive in zip(heard.times, positives, strict=True)
        )
        return Said(self._person().base.id, head.id, float(np.mean(positives)), found)

    def judge_images(self, images: npt.NDArray[np.uint8], statistics: Array) -> Array:
        """Return the probability of positive (n,) of pictures (n, bands, frames) of a voice like `statistics` (40,)."""
        predictor, _ = self._load()
        with self._trunk:
            activations = predictor.trunk(images)
        return predictor.judge(activations, np.repeat(statistics[None], len(images), axis=0))

    def _load(self) -> tuple[Predictor, Head]:
        with self._loading:
            model, head = self._choose()
            if self._loaded is None or self._loaded[1] != head:
                self._loaded = self._person().predictor(model), head
            return self._loaded

    def _choose(self) -> tuple[KeptModel | None, Head]:
        with self._choosing:
            if self._chosen is None:
                model = self._person().model()
                self._chosen = model, Head(model.id, model.origin) if model else Head("base", "the base's own")
            return self._chosen


@dataclass(frozen=True)
class _Shared:
    """A predictor whose trunk is taken for a few segments at a time, and given back between them."""

    predictor: Predictor
    trunk: Lock

    def hear(self, blocks: Iterable[Array]) -> Iterator[Heard]:
        source = self.predictor.hear(blocks)
        while True:
            with self.trunk:
                heard = next(source, None)
            if heard is None:
                return
            yield heard

    def judge(self, activations: Array, statistics: Array | None = None) -> Array:
        return self.predictor.judge(activations, statistics)
