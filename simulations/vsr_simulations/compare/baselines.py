"""What every method must beat: the majority, and what is learnt in the plain way from features nobody learnt.

Features are a recording's cepstral statistics (mean and deviation of 20 mel-frequency cepstral coefficients), which are
kept with every clip. Alone: from a person's own clips. Together: from everybody's clips in one place, as no federation
may have them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from vsr_shared.audio.cepstrum import PLAIN
from vsr_shared.metrics import Probabilities
from vsr_simulations.engine.heard import HeardClips, HeardUser, Population

FOLDS: Final = 4
"""Over which a classifier's scores become probabilities; fewer where a polarity has fewer clips."""


@dataclass(frozen=True)
class Baseline:
    """Learns from people's own labelled clips and says probabilities of positive (clips,) of their held-out ones."""

    name: str
    source: str
    fit: Callable[[Population], Callable[[int, HeardUser], Probabilities]]


def features(clips: HeardClips) -> Probabilities:
    """Return each clip's means and deviations of cepstral coefficients (clips, 40), the mean over its segments."""
    rows: Probabilities = np.zeros((len(clips), PLAIN))
    np.add.at(rows, clips.owner, clips.statistics[:, :PLAIN])
    return rows / np.bincount(clips.owner, minlength=len(clips))[:, None]


def _majority(people: Population) -> Callable[[int, HeardUser], Probabilities]:
    labels = np.concatenate([people[member].teach.labels for member in range(len(people))])
    return lambda _, user: np.full(len(user.held_out), share_of_positive(labels))


def _alone(machine: Callable[[], Any], people: Population) -> Callable[[int, HeardUser], Probabilities]:
    return lambda _, user: learnt(machine, [user.teach])(user.held_out)


def _together(machine: Callable[[], Any], people: Population) -> Callable[[int, HeardUser], Probabilities]:
    judge = learnt(machine, [people[member].teach for member in range(len(people))])
    return lambda _, user: judge(user.held_out)


def learnt(machine: Callable[[], Any], taught: Sequence[HeardClips]) -> Callable[[HeardClips], Probabilities]:
    """Return what a scaled, calibrated `machine` fitted on `taught` says of clips.

    With fewer than two clips of a polarity nothing can be fitted: it says the share of positive ones.
    """
    labels = np.concatenate([clips.labels for clips in taught])
    least = int(np.bincount(labels, minlength=2).min())
    if least < 2:
        return lambda clips: np.full(len(clips), share_of_positive(labels))
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows = np.concatenate([features(clips) for clips in taught])
    whole = make_pipeline(StandardScaler(), machine())
    fitted = CalibratedClassifierCV(whole, method="sigmoid", cv=min(FOLDS, least), ensemble=False).fit(rows, labels)

    def judge(clips: HeardClips) -> Probabilities:
        said: Probabilities = fitted.predict_proba(features(clips))[:, 1]
        return said

    return judge


def linear() -> Any:
    """Return a logistic regression, L2."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(class_weight="balanced", max_iter=2000)


def support_vectors() -> Any:
    """Return a support vector machine with a radial kernel."""
    from sklearn.svm import SVC

    return SVC(class_weight="balanced")


def share_of_positive(labels: Sequence[int] | Any) -> float:
    """Return the share of positive clips with one of either kind added (Laplace); a half for none."""
    return float((np.sum(labels) + 1) / (len(labels) + 2))


_MFCC: Final = "Davis & Mermelstein 1980; scikit-learn"
BASELINES: Final = (
    Baseline("majority", "the share of positive clips among everybody's", _majority),
    Baseline("mfcc + linear, own clips", _MFCC, partial(_alone, linear)),
    Baseline("mfcc + svm, own clips", _MFCC, partial(_alone, support_vectors)),
    Baseline("mfcc + linear, everybody's clips", _MFCC, partial(_together, linear)),
    Baseline("mfcc + svm, everybody's clips", _MFCC, partial(_together, support_vectors)),
)
