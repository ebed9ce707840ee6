"""What would change the judgement of a recording: parts of it are covered, and it is judged again.

Occlusion (Zeiler & Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014, section 4.2): whole
segments are left out, and of the most decisive segment each of 4 x 4 parts of its picture, a quarter of the time by a
quarter of the bands, is replaced by the mean of its bands, so that nothing stands out there.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

GRID: Final = 4
"""Parts along each side of the picture."""


@dataclass(frozen=True)
class Part:
    """A rectangle of a picture: bands and frames from the first to before the last."""

    bands: tuple[int, int]
    frames: tuple[int, int]


def left_out(positives: npt.NDArray[np.floating]) -> Floats:
    """Return for each segment (n,) the recording's probability without it: the mean of the others, NaN if alone."""
    values = positives.astype(np.float64)
    if len(values) < 2:
        return np.full(len(values), np.nan)
    result: Floats = (values.sum() - values) / (len(values) - 1)
    return result


def most_decisive(positives: npt.NDArray[np.floating]) -> int:
    """Return the segment (of n > 0) that pulls the recording's probability furthest to the side it is on."""
    side = 1 if positives.mean() >= 0.5 else -1
    return int(np.argmax(side * positives))


def parts(bands: int, frames: int, grid: int = GRID) -> list[Part]:
    """Return the `grid` x `grid` parts of a picture, low bands and early frames first; each cell is in one of them."""
    rows, columns = (np.linspace(0, size, grid + 1).round().astype(int) for size in (bands, frames))
    spans = [[(int(low), int(high)) for low, high in pairwise(edge)] for edge in (rows, columns)]
    return [Part(row, column) for row in spans[0] for column in spans[1]]


def occluded(image: Image, covered: list[Part]) -> Image:
    """Return copies (n, bands, frames) of `image` (bands, frames), one with each part replaced by its bands' means."""
    means = image.mean(axis=1, keepdims=True).round().astype(np.uint8)
    copies = np.repeat(image[None], len(covered), axis=0)
    for copy, part in zip(copies, covered, strict=True):
        rows, columns = slice(*part.bands), slice(*part.frames)
        copy[rows, columns] = means[rows]
    return copies
