"""What a base must beat: the majority, and hand-made features with a support vector machine.

Features are the mean and deviation of 20 mel-frequency cepstral coefficients over a recording, from the same images
that the network sees.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from vsr_server.base.images import Images
from vsr_server.base.voices import Voice
from vsr_shared.errors import UsageError

Floats = npt.NDArray[np.floating[Any]]
COEFFICIENTS = 20


def majority(train: Sequence[Voice], count: int) -> Floats:
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


def features_with_svm(train: Sequence[Voice], train_features: Floats, test_features: Floats, folds: int = 4) -> Floats:
    """Return the probability of positive (m,) that an SVM gives the rows of `test_features` (m, 40).

    Scaling, machine and its calibration (Platt, over folds of speakers) are fitted on `train` alone. UsageError where
    scikit-learn is not installed or fewer than `folds` speakers train.
    """
    try:
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.model_selection import GroupKFold
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from sklearn.svm import SVC
    except ImportError as error:
        raise UsageError("the feature baseline needs scikit-learn: pip install 'vsr[simulations]'") from error
    labels = np.array([voice.positive for voice in train])
    speakers = np.array([voice.speaker for voice in train])
    if len(set(speakers)) < folds:
        raise UsageError(f"the feature baseline needs at least {folds} training speakers, not {len(set(speakers))}")
    sides = list(GroupKFold(folds).split(train_features, labels, speakers))
    machine = make_pipeline(StandardScaler(), SVC(C=1.0, class_weight="balanced"))
    fitted = CalibratedClassifierCV(machine, method="sigmoid", cv=sides, ensemble=False).fit(train_features, labels)
    result: Floats = fitted.predict_proba(test_features)[:, 1]
    return result
