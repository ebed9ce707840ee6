"""A speaker's mean and deviation taken out of what the trunk hears, and the base's put in; no label is needed.

Busso et al., Iterative Feature Normalization Scheme for Automatic Emotion Detection, IEEE TAFFC 2013, section III;
Li et al., Adaptive Batch Normalization for practical domain adaptation, Pattern Recognition 2018. The stored statistics
of the frozen normalisation behind the cut are those of everybody whom the base heard. A speaker's own are pulled to
them, so that somebody of whom little is known is changed little.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_shared.weights import Array, Weights

KNOWN_BY: Final = 10.0
"""Segments with which a speaker's statistics are half their own and half the base's."""


@dataclass(frozen=True)
class Speaker:
    """What turns a speaker's activations, channel by channel, into those that the base expects."""

    scale: Array
    """(1888,)"""
    shift: Array
    """(1888,)"""

    def normalised(self, activations: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
        """Return `activations` (n, h, w, 1888), normalised."""
        result: npt.NDArray[np.float32] = activations.astype(np.float32) * self.scale + self.shift
        return result


def speaker_of(activations: npt.NDArray[np.floating], frozen: Weights, known_by: float = KNOWN_BY) -> Speaker:
    """Return the speaker of the segments `activations` (n, h, w, 1888); with none, one that changes nothing."""
    centre = frozen["conv5_block32_0_bn/moving_mean"]
    variance = frozen["conv5_block32_0_bn/moving_variance"]
    count = len(activations)
    if not count or np.isinf(known_by):
        return Speaker(np.ones_like(centre), np.zeros_like(centre))
    heard = activations.astype(np.float32)
    known = count / (count + known_by)
    own_centre = np.float32(known) * heard.mean(axis=(0, 1, 2)) + np.float32(1 - known) * centre
    own_variance = (
        np.float32(known) * np.square(heard - own_centre).mean(axis=(0, 1, 2)) + np.float32(1 - known) * variance
    )
    scale = np.sqrt(variance / np.maximum(own_variance, np.float32(1e-12))).astype(np.float32)
    return Speaker(scale, (centre - own_centre * scale).astype(np.float32))
