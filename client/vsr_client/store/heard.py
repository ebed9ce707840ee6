"""What the trunk heard in a recording, and its bytes."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors import numpy as safetensors_numpy

from vsr_shared.errors import StoreError


@dataclass(frozen=True)
class HeardRecording:
    """The segments of a recording as one base hears them, silent ones left out."""

    activations: npt.NDArray[np.float16]
    """(segments, h, w, 1888)"""
    statistics: npt.NDArray[np.float32]
    """(segments, 40), cepstral"""
    images: npt.NDArray[np.uint8]
    """(segments, bands, frames): what the network sees, low bands first"""
    times: tuple[tuple[float, float], ...]
    """Start and end of each segment in seconds"""


def to_bytes(heard: HeardRecording) -> bytes:
    """Return `heard` in the safetensors format."""
    return safetensors_numpy.save(
        {
            "activations": np.ascontiguousarray(heard.activations, "<f2"),
            "statistics": np.ascontiguousarray(heard.statistics, "<f4"),
            "images": np.ascontiguousarray(heard.images, np.uint8),
            "times": np.array(heard.times, "<f8").reshape(-1, 2),
        }
    )


def from_bytes(data: bytes) -> HeardRecording:
    """Return what `to_bytes` was given; StoreError where it is damaged."""
    try:
        arrays = safetensors_numpy.load(data)
        times = tuple((float(start), float(end)) for start, end in arrays["times"])
        images = cast("npt.NDArray[np.uint8]", arrays["images"])
        return HeardRecording(arrays["activations"], arrays["statistics"], images, times)
    except (SafetensorError, KeyError, ValueError) as error:
        raise StoreError(f"what was heard in a recording is damaged ({error}); restore from a backup") from error
