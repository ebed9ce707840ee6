"""What a base must beat: the majority, and what is learnt in the plain way from features that nobody learnt.

Everything here is fitted on `train` alone: no function that fits is ever given a test recording. Hand-made features are
the mean and deviation of 20 mel-frequency cepstral coefficients over a recording, from the same images that the network
sees.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from vsr_server.base.images import Images
from vsr_server.corpora.clip import Clip
from vsr_shared.errors import UsageError

Floats = npt.NDArray[np.floating[Any]]
Judge = Callable[[Floats], Floats]
"""Features (m, k) in, probabilities of positive (m,) out."""

COEFFICIENTS = 20
FOLDS = 4
"""Folds of speakers over which a baseline's probabilities are calibrated."""


def majority(train: Sequence[Clip], count: int) -> Floats:
    """Return the share of positive recordings in `train`, said of each of `count` recordings."""
    return np.full(count, np.mean([voice.positive for voice in train]))


def cepstral_statistics(images: Images) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return (recordings (m,), features (m, 40)): coefficients 0-19, their mean and deviation over frames.

    Frames of digital silence, the filling of short segments, are left out.
    """
    from scipy.fft import dct

    recordings = np.unique(images.recording)
    rows = []
    for recording in recordings:
        frames = np.concatenate(list(images.pictures[images.recording == recording]), axis=1)
        sounding = frames[:, frames.any(axis=0)] if frames.any() else frames
        found = dct(sounding.astype(np.float64) * (100 / 255), type=2, norm="ortho", axis=0)[:COEFFICIENTS]
        rows.append(np.concatenate([found.mean(axis=1), found.std(axis=1)]))
    return recordings, np.stack(rows)


def support_vectors(train: Sequence[Clip], features: Floats) -> Judge:
    """Return a support vector machine (radial kernel, C = 1) fitted on the rows `features` (n, k) of `train` (n).

    UsageError where scikit-learn is not installed or `cannot_learn`.
    """
    _check(train)
    from sklearn.svm import SVC

    return _fitted(SVC(C=1.0, class_weight="balanced"), train, features)


def linear_model(train: Sequence[Clip], features: Floats, strength: float = 1.0) -> Judge:
    """Return a logistic regression (L2, C = `strength`) fitted on the rows `features` (n, k) of `train` (n).

    UsageError as `support_vectors`.
    """
    _check(train)
    from sklearn.linear_model import LogisticRegression

    return _fitted(LogisticRegression(C=strength, class_weight="balanced", max_iter=2000), train, features)


def cannot_learn(train: Sequence[Clip]) -> str | None:
    """Return why nothing can be fitted on `train`, None where it can."""
    speakers = {voice.speaker for voice in train}
    if len(speakers) < FOLDS:
        return f"a baseline needs at least {FOLDS} training speakers, not {len(speakers)}"
    # Fewer could all lie in one fold, and the others would then learn from one polarity.
    for polarity, word in ((0, "negative"), (1, "positive")):
        having = {voice.speaker for voice in train if voice.positive == polarity}
        if len(having) < FOLDS:
            return f"a baseline needs {word} recordings of at least {FOLDS} training speakers, not of {len(having)}"
    return None


def _check(train: Sequence[Clip]) -> None:
    if reason := cannot_learn(train):
        raise UsageError(f"{reason}; train on more speakers")
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise UsageError("the baselines need scikit-learn: pip install 'vsr[simulations]'") from error


def _fitted(machine: Any, train: Sequence[Clip], features: Floats) -> Judge:
    """Scaling, machine and its calibration (Platt, over folds of speakers)."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.model_selection import StratifiedGroupKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    labels = np.array([voice.positive for voice in train])
    speakers = np.array([voice.speaker for voice in train])
    sides = list(StratifiedGroupKFold(FOLDS).split(features, labels, speakers))
    if any(len(np.unique(labels[learning])) < 2 for learning, _ in sides):
        raise UsageError("no folds of the training speakers hold both polarities; train on more speakers")
    whole = make_pipeline(StandardScaler(), machine)
    fitted = CalibratedClassifierCV(whole, method="sigmoid", cv=sides, ensemble=False).fit(features, labels)

    def judge(rows: Floats) -> Floats:
        result: Floats = fitted.predict_proba(rows)[:, 1]
        return result

    return judge
