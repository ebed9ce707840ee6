"""How recordings look, and why they sound as they do; what was computed is kept for a while, for pages ask again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from vsr_client.app.failures import NotThere
from vsr_client.recorder.grey_png import grey_png
from vsr_client.recorder.wave import outline
from vsr_client.recorder.why_words import CoveredPart, LeftOut, sentence
from vsr_client.store.heard import HeardRecording
from vsr_client.store.kept_recording import KeptRecording, Said
from vsr_client.store.recordings import RecordingStore
from vsr_shared.audio.decode import decode_blocks
from vsr_shared.audio.mel import band_corners
from vsr_shared.audio.spectrogram import SpectrogramSpec
from vsr_shared.base import Base
from vsr_shared.learning.occlusion import Part, left_out, most_decisive, occluded, parts

if TYPE_CHECKING:
    from vsr_client.app.runtime import Runtime

_KEPT: Final = 64
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Reasons:
    """What a judgement hangs on."""

    segments: tuple[LeftOut, ...]
    parts: tuple[CoveredPart, ...]
    sentence: str


class Looks:
    """Waves, pictures and reasons. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: OrderedDict[Hashable, Any] = OrderedDict()

    def wave(self, store: RecordingStore, kept: KeptRecording, points: int) -> tuple[list[float], list[float]]:
        """Return the lowest and highest sample of each of `points` parts, -1..1, three decimals.

        NotThere where it was not heard yet: nobody knows how long it is then.
        """
        if not kept.seconds:
            raise NotThere("this recording was not heard yet; its wave is there once it was")

        def make() -> tuple[list[float], list[float]]:
            with store.audio(kept.id) as audio:
                low, high = outline(decode_blocks(audio, name=kept.name or None), kept.seconds, points)
            return [round(float(x), 3) for x in low], [round(float(x), 3) for x in high]

        return self._once(("wave", kept.id, points), make)

    def picture(self, store: RecordingStore, recording: str, base: Base, number: int) -> bytes:
        """Return the PNG of segment `number` as the network is shown it, high bands on top; NotThere beyond."""
        heard = self._heard(store, recording, base)
        if number >= len(heard.images):
            raise NotThere(f"this recording has no picture of segment {number}; it has {len(heard.images)}")
        return grey_png(np.ascontiguousarray(heard.images[number, ::-1]))

    def why(self, here: "Runtime", recording: str) -> Reasons:
        """Return what the judgement of `recording` hangs on."""
        said = here.person.recordings.get(recording).said
        if said is None:
            raise NotThere("this recording was not judged yet; let VSR listen to it first")
        # The head is in the name, for another one has other reasons.
        return self._once(("why", recording, said.head, said.positive), lambda: self._reasons(here, recording, said))

    def _reasons(self, here: "Runtime", recording: str, said: Said) -> Reasons:
        base = here.person.base
        heard = self._heard(here.person.recordings, recording, base)
        positives = np.array([segment.positive for segment in said.segments])
        count = len(positives)
        segments = tuple(
            LeftOut(one.start, one.end, one.positive, None if count < 2 else float(without))
            for one, without in zip(said.segments, left_out(positives), strict=True)
        )
        place = most_decisive(positives[: len(heard.images)])
        image, spec = heard.images[place], base.manifest.spectrogram
        covered = parts(*image.shape)
        again = here.judge.judge_images(occluded(image, covered), heard.statistics[place])
        shifts = (again - positives[place]) / count
        start, end = heard.times[place]
        found = [
            _covered(place, (start, end), spec, part, float(shift)) for part, shift in zip(covered, shifts, strict=True)
        ]
        shown = tuple(part for part in found if part.start < end - 0.01)
        return Reasons(segments, shown, sentence(said.positive, segments, shown))

    def _heard(self, store: RecordingStore, recording: str, base: Base) -> HeardRecording:
        heard = store.heard(recording, base.id)
        if heard is None:
            raise NotThere("this recording was not heard by the present base yet; let VSR listen to it first")
        return heard

    def _once(self, name: Hashable, make: Callable[[], _Value]) -> _Value:
        with self._lock:
            if name in self._made:
                self._made.move_to_end(name)
                found: _Value = self._made[name]
                return found
        made = make()
        with self._lock:
            self._made[name] = made
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
        return made


def _covered(segment: int, times: tuple[float, float], spec: SpectrogramSpec, part: Part, shift: float) -> CoveredPart:
    """Return a part with its place in the recording and in Hz; the picture's padding lies behind its end."""
    start, end = times
    seconds = [start + frame * spec.hop_length / spec.sample_rate for frame in part.frames]
    corners = band_corners(spec.n_mels, spec.fmin, spec.top_frequency)
    low, high = part.bands
    return CoveredPart(
        segment,
        round(min(seconds[0], end), 3),
        round(min(seconds[1], end), 3),
        0.0 if low == 0 else round(float(corners[low]), 1),
        round(float(corners[high + 1] if high == spec.n_mels else corners[high]), 1),
        shift,
    )
