"""Epsilon against what is known of the Gaussian mechanism in closed form."""

import math
import subprocess
import sys

import pytest

from vsr_shared.errors import FederationError, UsageError
from vsr_shared.privacy.accounting import epsilon, epsilon_of
from vsr_shared.privacy.noise_terms import NoiseTerms


def delta_of(away: float, eps: float) -> float:
    """The exact delta at `eps` of a Gaussian whose means lie `away` deviations apart (Balle and Wang, ICML 2018)."""

    def below(x: float) -> float:
        return math.erfc(-x / math.sqrt(2)) / 2

    return below(away / 2 - eps / away) - math.exp(eps) * below(-away / 2 - eps / away)


@pytest.mark.parametrize(
    ("noise", "rounds", "delta"), [(1.0, 1, 1e-6), (1.0, 10, 1e-6), (0.5, 1, 1e-5), (4.0, 100, 1e-6), (50.0, 100, 1e-5)]
)
def test_epsilon_holds_and_is_not_far_from_the_exact_one(noise: float, rounds: int, delta: float) -> None:
    found = epsilon(noise, rounds, delta)
    away = math.sqrt(rounds) / noise
    assert delta_of(away, found) <= delta, "what is said must hold"
    assert delta_of(away, 0.85 * found) > delta, "and not be much more than must be said"
    # Bun and Steinke 2016, proposition 1.3.
    assert found <= away**2 / 2 + away * math.sqrt(2 * math.log(1 / delta))


def test_rounds_of_different_noise_add_up() -> None:
    assert epsilon_of({1.0: 4}, 1e-6) == pytest.approx(epsilon(0.5, 1, 1e-6), rel=1e-6)
    assert epsilon_of({1.0: 2, 2.0: 8}, 1e-6) == pytest.approx(epsilon(0.5, 1, 1e-6), rel=1e-6)


def test_nothing_sent_gives_nothing_away_and_no_noise_hides_nothing() -> None:
    assert epsilon(1.0, 0, 1e-6) == 0
    assert epsilon(0.0, 1, 1e-6) == math.inf
    assert epsilon(1e-6, 1_000, 1e-6) == math.inf


@pytest.mark.parametrize(("noise", "rounds", "delta"), [(1.0, 1, 0.0), (1.0, 1, 1.0), (-1.0, 1, 0.1), (1.0, -1, 0.1)])
def test_impossible_questions_are_refused(noise: float, rounds: int, delta: float) -> None:
    with pytest.raises(UsageError):
        epsilon(noise, rounds, delta)


@pytest.mark.parametrize(
    ("noise", "delta", "population"),
    [(0.0, 1e-6, 100), (2_000.0, 1e-6, 100), (1.0, 0.0, 100), (1.0, 0.011, 100), (1.0, math.nan, 100), (1.0, 0.1, 1)],
)
def test_impossible_noise_is_no_terms(noise: float, delta: float, population: int) -> None:
    with pytest.raises(FederationError):
        NoiseTerms(noise, delta, population)


def test_delta_may_be_one_over_the_population() -> None:
    assert NoiseTerms(1.0, 0.01, 100).delta == 0.01


def test_nothing_heavy_is_loaded_before_somebody_asks_for_epsilon() -> None:
    told = (
        "import sys; import vsr_client.join, vsr_client.privacy_budget, vsr_shared.privacy.accounting;"
        "print([name for name in ('scipy', 'dp_accounting') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
