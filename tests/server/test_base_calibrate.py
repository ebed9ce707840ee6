"""A temperature whose true value is known is found, and folding it in changes how sure, not what."""

import numpy as np
import pytest

from vsr_server.base.training.calibrate import corpus_balance, fit_temperature, log_odds
from vsr_shared.errors import VsrError
from vsr_shared.metrics import ece, nll


def honest(n: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Log odds, and labels that are positive exactly as often as the log odds say."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, n)
    return logits, (rng.random(n) < 1 / (1 + np.exp(-logits))).astype(np.int64)


@pytest.mark.parametrize("factor", [0.3, 1.0, 3.0])
def test_the_factor_by_which_logits_were_too_large_is_found(factor: float) -> None:
    logits, labels = honest()
    assert fit_temperature(logits * factor, labels) == pytest.approx(factor, rel=0.03)


def test_calibration_lowers_nll_and_calibration_error_of_an_overconfident_model() -> None:
    logits, labels = honest()
    proud = 1 / (1 + np.exp(-4 * logits))
    humble = 1 / (1 + np.exp(-4 * logits / fit_temperature(4 * logits, labels)))
    assert nll(labels, humble) < nll(labels, proud) - 0.1
    assert ece(labels, humble) < 0.02 < ece(labels, proud)


def test_a_large_corpus_does_not_decide_alone() -> None:
    logits, labels = honest()
    both = np.concatenate([logits * 3, logits[:500]])
    truth = np.concatenate([labels, labels[:500]])
    corpora = np.array(["large"] * len(logits) + ["small"] * 500)
    assert fit_temperature(both, truth) == pytest.approx(3, rel=0.1)
    assert 1.2 < fit_temperature(both, truth, corpus_balance(corpora)) < 2.6


def test_one_polarity_alone_cannot_calibrate() -> None:
    with pytest.raises(VsrError, match="both polarities"):
        fit_temperature(np.array([1.0, 2.0]), np.array([1, 1]))


def test_log_odds_of_certainty_stay_finite() -> None:
    assert np.isfinite(log_odds(np.array([0.0, 0.5, 1.0]))).all()
