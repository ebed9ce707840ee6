"""A canary audit: how much is given away at least, counted in real sums, beside what the accountant says at most.

Nasr et al., *Tight Auditing of Differentially Private Machine Learning*, USENIX Security 2023 (arXiv 2302.07956): the
auditor chooses what is hidden, a canary, looks at every round, and bounds epsilon from how often they tell rounds with
it from rounds without. Here the canary is a person's whole update, as long as clipping allows, all in one number; the
neighbour is the same person with zeros. The server knows everything else, the colluders' noise included. Each honest
member of a cohort is a canary in a number of its own, where nobody else has anything: a round is as many games, which
tell nothing of each other.

Rates are bounded by Clopper and Pearson's intervals, both together at 95 %. From them follow two lower bounds:

    counted     max of log((1 - delta - fnr) / fpr) and the same with rates exchanged: true of any noise
                (Jagielski, Ullman and Oprea, *Auditing Differentially Private Machine Learning*, NeurIPS 2020)
    gaussian    mu = Phi^-1(1 - fpr) - Phi^-1(fnr), and the epsilon of a Gaussian so far apart: far tighter, and true
                if the noise is Gaussian, as it claims to be (Nasr et al. 2023, auditing by f-DP; Dong et al. 2022)

The rule by which a round is told is fixed beforehand, half a canary: nothing is chosen by looking.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import UsageError
from vsr_shared.privacy.accounting import epsilon
from vsr_shared.privacy.noise_terms import NoiseTerms
from vsr_shared.secure_sum.tolerance import Tolerance
from vsr_simulations.attacks.secure_round import offer_for, secure_round

CLIP_NORM: Final = 0.5
COLLUDING_SHARE: Final = 0.2
CONFIDENCE: Final = 0.95

Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Audit:
    """What came of one noise multiplier."""

    noise_multiplier: float
    """0 for none."""
    rounds: int
    delta: float
    games: int
    false_positives: int
    false_negatives: int
    without: int
    """Games in which the canary was not there."""
    counted: float
    """Lower bound of epsilon, whatever the noise is."""
    gaussian: float
    """Lower bound of epsilon, if the noise is Gaussian."""
    exact: float
    """Epsilon of the Gaussian mechanism with this multiplier and number of rounds; infinite without noise."""
    upper: float
    """What the person's ledger counts."""


def audit(
    noise_multiplier: float, games: int, *, people: int = 5, rounds: int = 1, delta: float = 1e-6, seed: int = 1
) -> Audit:
    """Play `games` games or a few more, in cohorts of `people` who take part in `rounds` rounds each.

    Nobody may fall silent and a fifth collude: the noise in the sum is then the least that is promised.
    UsageError for a cohort that no secure sum takes.
    """
    if games < 2:
        raise UsageError(f"an audit takes two games at least, not {games}")
    tolerance = Tolerance(people, 0, int(people * COLLUDING_SHARE))
    random = np.random.default_rng(seed)
    players = people - tolerance.colluders
    there, scores = [], []
    for _ in range(-(-games // players)):
        hidden = random.random(players) < 0.5
        there.append(hidden)
        scores.append(sum(_scores(hidden, noise_multiplier, tolerance, delta) for _ in range(rounds)))
    return bounds(np.concatenate(there), np.concatenate(scores) / rounds > 0.5, noise_multiplier, rounds, delta)


def bounds(there: Truth, said: Truth, noise_multiplier: float, rounds: int, delta: float) -> Audit:
    """Return the bounds that follow from what was `there` and what was `said` to be, (games,) each."""
    false_positives, false_negatives = int((said & ~there).sum()), int((~said & there).sum())
    without = int((~there).sum())
    fpr = _at_most(false_positives, without)
    fnr = _at_most(false_negatives, int(there.sum()))
    return Audit(
        noise_multiplier,
        rounds,
        delta,
        len(there),
        false_positives,
        false_negatives,
        without,
        counted=_counted(fpr, fnr, delta),
        gaussian=gaussian_epsilon(_apart(fpr, fnr), delta),
        exact=gaussian_epsilon(math.sqrt(rounds) / noise_multiplier, delta) if noise_multiplier else math.inf,
        upper=epsilon(noise_multiplier, rounds, delta),
    )


def gaussian_epsilon(mu: float, delta: float) -> float:
    """Return the epsilon at `delta` of telling apart two normal variables `mu` deviations from each other.

    Balle and Wang, *Improving the Gaussian Mechanism for Differential Privacy*, ICML 2018, theorem 8.
    """
    from scipy.optimize import brentq
    from scipy.special import log_ndtr, ndtr

    def above(eps: float) -> float:
        return float(ndtr(mu / 2 - eps / mu) - np.exp(eps + log_ndtr(-mu / 2 - eps / mu)) - delta)

    if mu <= 0 or above(0.0) <= 0:
        return 0.0
    return float(brentq(above, 0.0, mu * mu / 2 + mu * 40))


def _scores(hidden: Truth, multiplier: float, tolerance: Tolerance, delta: float) -> npt.NDArray[np.float64]:
    """Return what a real sum holds in each player's number: 1 where the canary is, 0 where not, and noise."""
    people, players = tolerance.cohort, len(hidden)
    noise = NoiseTerms(multiplier, delta, math.floor(1 / delta)) if multiplier else None
    offer = offer_for({"w": np.zeros(players, np.float32)}, CLIP_NORM, noise)
    updates = [np.float32(CLIP_NORM * one) * np.eye(players, dtype=np.float32)[row] for row, one in enumerate(hidden)]
    updates += [np.zeros(players, np.float32)] * tolerance.colluders
    seen = secure_round(offer, updates, [1] * people, tolerance, colluding=range(players, people))
    return seen.mean.delta["w"].astype(np.float64) * people / CLIP_NORM


def _at_most(count: int, of: int) -> float:
    """Return the upper end of Clopper and Pearson's interval for a rate, one-sided, half of what may go wrong each."""
    from scipy.stats import beta

    return 1.0 if count == of else float(beta.ppf(1 - (1 - CONFIDENCE) / 2, count + 1, of - count))


def _counted(fpr: float, fnr: float, delta: float) -> float:
    return max(
        0.0, *(math.log((1 - delta - one) / other) for one, other in ((fnr, fpr), (fpr, fnr)) if one < 1 - delta)
    )


def _apart(fpr: float, fnr: float) -> float:
    from scipy.special import ndtri

    return float(-ndtri(fpr) - ndtri(fnr)) if max(fpr, fnr) < 1 else 0.0
