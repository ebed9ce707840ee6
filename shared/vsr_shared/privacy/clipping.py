"""Clipping: no update is longer than was agreed, whoever it comes from.

Abadi et al., *Deep Learning with Differential Privacy*, CCS 2016, algorithm 1; for whole updates of a person McMahan
et al., *Learning Differentially Private Recurrent Language Models*, ICLR 2018, section 2.2.
"""

import math
from typing import Final

import numpy as np

from vsr_shared.weights import Array

TOLERANCE: Final = 1e-6
"""By what part of itself a length may be exceeded."""


def clipped(delta: Array, clip_norm: float) -> Array:
    """Return `delta` (n,), shortened to the Euclidean length `clip_norm` where it is longer, as float32.

    The length holds to a part in a million, as float32 rounds each number; clipping again changes nothing.
    """
    length = float(np.linalg.norm(delta.astype(np.float64)))
    # What is not finite goes through, to be refused for what it is.
    if not clip_norm * (1 + TOLERANCE) < length < math.inf:
        return delta
    shortened: Array = (delta * np.float64(clip_norm / length)).astype(np.float32)
    return shortened
