"""The four figures, held against scikit-learn and known answers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, log_loss, roc_auc_score

from vsr_shared.metrics import ece, scores

pairs = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 50).map(lambda n: n / 50)), min_size=2, max_size=60
).filter(lambda rows: len({label for label, _ in rows}) == 2)


@given(pairs)
def test_figures_agree_with_scikit_learn(rows: list[tuple[int, float]]) -> None:
    labels, positive = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    found = scores(labels, positive)
    assert found.uar == pytest.approx(balanced_accuracy_score(labels, positive >= 0.5))
    assert found.auroc == pytest.approx(roc_auc_score(labels, positive))
    assert found.nll == pytest.approx(log_loss(labels, np.clip(positive, 1e-7, 1 - 1e-7)))


def test_calibration_error_of_known_cases() -> None:
    always = np.full(100, 0.95)
    assert ece(np.ones(100, np.int64), always) == pytest.approx(0.05)
    assert ece(np.zeros(100, np.int64), always) == pytest.approx(0.95)
    assert ece(np.array([0, 1]), np.array([0.5, 0.5])) == pytest.approx(0.0)


def test_one_polarity_alone_has_no_balanced_accuracy() -> None:
    found = scores(np.ones(3, np.int64), np.array([0.2, 0.9, 0.8]))
    assert math.isnan(found.uar) and math.isnan(found.auroc) and not math.isnan(found.nll)
