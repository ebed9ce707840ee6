"""Running the frozen trunk: spectrogram images in, activations out."""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import BaseError
from vsr_shared.network.image_input import network_input

BATCH = 8
"""Images run at once at most: beyond it time a clip no longer falls and memory grows."""


class Trunk(Protocol):
    """What may stand in front of the tail: images in, activations out. Replaceable by better features."""

    def __call__(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return activations, float32 (n, height, width, 1888), of uint8 images (n, height, width)."""


class LiteRTTrunk:
    """The trunk in LiteRT. Not for several threads at once: give each its own."""

    def __init__(self, model: bytes, image_shape: tuple[int, int], threads: int | None = None) -> None:
        """Load `model`, a LiteRT flatbuffer, to run on `threads` cores (all of them up to 4 where None).

        Raises BaseError where the model cannot be loaded or does not take images of `image_shape`.
        """
        from ai_edge_litert.interpreter import Interpreter

        try:
            self._interpreter = Interpreter(model_content=model, num_threads=threads or default_threads())
            details = self._interpreter.get_input_details()[0]
            self._input = details["index"]
            self._output = self._interpreter.get_output_details()[0]["index"]
            takes = tuple(int(size) for size in details["shape"][1:3])
            if takes != image_shape:
                raise BaseError(f"the trunk takes images of {takes}, its manifest says {image_shape}; fetch it again")
            self._batch = 0
            self._allocate((1, *image_shape, 3))
        except (ValueError, RuntimeError, IndexError) as error:
            raise BaseError(f"the trunk in this base cannot be loaded ({error}); fetch or build it again") from error

    def __call__(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return activations, float32 (n, height, width, 1888), of uint8 images (n, height, width)."""
        return np.concatenate([self._run(images[start : start + BATCH]) for start in range(0, len(images), BATCH)])

    def _run(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        prepared = network_input(images)
        if len(prepared) != self._batch:
            self._allocate(prepared.shape)
        self._interpreter.set_tensor(self._input, prepared)
        self._interpreter.invoke()
        result: npt.NDArray[np.float32] = self._interpreter.get_tensor(self._output)
        return result

    def _allocate(self, shape: tuple[int, ...]) -> None:
        self._interpreter.resize_tensor_input(self._input, shape)
        self._interpreter.allocate_tensors()
        self._batch = shape[0]


def stream(trunk: Trunk, images: Iterable[npt.NDArray[np.uint8]]) -> Iterator[npt.NDArray[np.float32]]:
    """Yield the activations (height, width, 1888) of each image (height, width) of a stream, `BATCH` held at most."""
    source = iter(images)
    while batch := list(islice(source, BATCH)):
        yield from trunk(np.stack(batch))


def default_threads() -> int:
    """Cores that this process may use, 4 at most: the small maps at the trunk's end do not feed more."""
    return min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
