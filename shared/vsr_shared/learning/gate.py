"""The gate of personal training: what a person taught is used unless their own recordings speak against it."""

from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_shared.metrics import Probabilities, log_likelihoods

PATIENCE: Final = 1.5
"""Standard errors by which recordings must look worse before the gate shuts.

A handful of recordings judges hardly better than chance whether a person gains, while most people do gain
(docs/base-model.md): the burden of proof lies with the objection.
"""


def holds(labels: npt.NDArray[np.int64], before: Probabilities, after: Probabilities) -> bool:
    """Say whether what was learnt may be used, by recordings `labels` (n,) and probabilities of positive (n,).

    `after` is of what did not hear the recording it judges. The likelihood of the truth, both polarities weighing the
    same, may not fall by more than `PATIENCE` standard errors of that fall over the recordings.
    """
    balance = len(labels) / (2 * np.bincount(labels, minlength=2)[labels])
    gains = balance * (log_likelihoods(labels, after) - log_likelihoods(labels, before))
    return bool(gains.mean() >= -PATIENCE * gains.std(ddof=1) / np.sqrt(len(gains)))
