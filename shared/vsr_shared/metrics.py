"""How good predictions are: UAR, AUROC, NLL and calibration error, of true labels and probabilities."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Scores:
    """The four figures of a set of recordings; NaN where one polarity is missing and the figure needs both."""

    uar: float
    """Unweighted average recall (balanced accuracy), 0..1; 0.5 is chance."""
    auroc: float
    """Area under the receiver operating characteristic, 0..1; 0.5 is chance."""
    nll: float
    """Mean negative log-likelihood in nats; 0.693 is what "50 %" always scores."""
    ece: float
    """Expected calibration error over 10 bins of equal width, 0..1."""
    count: int
    """Recordings."""


def scores(labels: Labels, positive: Probabilities) -> Scores:
    """Return the figures of true `labels` (n,) in {0, 1} and probabilities of positive (n,)."""
    return Scores(
        uar(labels, positive), auroc(labels, positive), nll(labels, positive), ece(labels, positive), len(labels)
    )


def uar(labels: Labels, positive: Probabilities) -> float:
    """Mean of both classes' recall, positive from a probability of 0.5; NaN where a class is missing."""
    right = correct(labels, positive)
    recalls = [right[labels == label].mean() for label in (0, 1) if (labels == label).any()]
    return float(np.mean(recalls)) if len(recalls) == 2 else float("nan")


def correct(labels: Labels, positive: Probabilities) -> npt.NDArray[np.bool_]:
    """Say of each recording (n,) whether the likelier polarity is the true one."""
    right: npt.NDArray[np.bool_] = (positive >= 0.5) == (labels == 1)
    return right


def auroc(labels: Labels, positive: Probabilities) -> float:
    """Probability that a positive recording ranks above a negative one, ties half (Fawcett 2006); NaN as `uar`."""
    above, below = positive[labels == 1], np.sort(positive[labels == 0])
    if not len(above) or not len(below):
        return float("nan")
    wins = np.searchsorted(below, above, "left") + np.searchsorted(below, above, "right")
    return float(wins.mean() / (2 * len(below)))


def nll(labels: Labels, positive: Probabilities) -> float:
    """Mean negative log-likelihood in nats; NaN for no recordings."""
    return float(-log_likelihoods(labels, positive).mean()) if len(labels) else float("nan")


def log_likelihoods(labels: Labels, positive: Probabilities) -> npt.NDArray[np.floating]:
    """Return the log-probability (n,) given to each truth, probabilities kept 1e-7 away from 0 and 1."""
    certain = np.clip(positive, 1e-7, 1 - 1e-7)
    return np.where(labels == 1, np.log(certain), np.log1p(-certain))


def ece(labels: Labels, positive: Probabilities, bins: int = 10) -> float:
    """Expected calibration error (Naeini et al., AAAI 2015): mean |said - happened| over bins of equal width."""
    if not len(labels):
        return float("nan")
    place = np.minimum((positive * bins).astype(int), bins - 1)
    gaps = [abs(float(np.sum(labels[place == b] - positive[place == b]))) for b in range(bins)]
    return float(sum(gaps) / len(labels))
