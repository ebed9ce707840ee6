"""A recording -> what the network hears of it, as a stream."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from vsr_shared.audio.cepstrum import cepstral_statistics
from vsr_shared.audio.segments import Segment, segments, voiced
from vsr_shared.audio.spectrogram import SpectrogramSpec, spectrogram_image
from vsr_shared.network.trunk import BATCH, Trunk
from vsr_shared.weights import Array


@dataclass(frozen=True)
class Heard:
    """A few neighbouring segments, the trunk's activations of them and how the voice sounds in them."""

    segments: tuple[Segment, ...]
    activations: Array
    """(segments, h, w, 1888)"""
    statistics: Array
    """(segments, 79), cepstral"""
    images: npt.NDArray[np.uint8]
    """(segments, bands, frames): what the network is shown, low bands first"""


def listen(blocks: Iterable[Array], trunk: Trunk, spec: SpectrogramSpec) -> Iterator[Heard]:
    """Yield what the trunk hears in a recording at 22,050 Hz, 8 segments (32 s) at a time, silent ones left out.

    Raises EmptyAudio, TooShortAudio or SilentAudio as `segments` and `voiced` do.
    """
    source = voiced(segments(blocks))
    while batch := tuple(islice(source, BATCH)):
        images = spectrogram_image(np.stack([segment.samples for segment in batch]), spec)
        yield Heard(batch, trunk(images), cepstral_statistics(images), images)
