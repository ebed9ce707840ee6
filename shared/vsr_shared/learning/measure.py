"""By what a memory compares voices: 40 measures, each a sum of cepstral statistics, that belong to the base.

Two moments of one voice are alike in emotion where they are alike in what emotion changes, not where they are alike in
what is said. Which statistics those are, the base's own speakers tell (`fit_measure` in the server's training); nobody
who uses VSR adds to it.
"""

import numpy as np

from vsr_shared.audio.cepstrum import STATISTICS
from vsr_shared.network.parts import MEASURE, MEASURES
from vsr_shared.weights import Array, Weights


def measured(statistics: Array, frozen: Weights) -> Array:
    """Return the measures (n, 40) of segments with cepstral `statistics` (n, 79), by what is frozen in their base."""
    result: Array = (statistics @ frozen[MEASURE]).astype(np.float32, copy=False)
    return result


def plain_measure() -> Array:
    """Return the measure (79, 40) that nobody's recordings shaped: the means and deviations as they are."""
    return np.eye(STATISTICS, MEASURES, dtype=np.float32)
