"""The gate in front of a new version of the common model, and the look back at the one that went through.

A candidate is held back where it is worse than what it would replace by more than a margin, and not by chance alone:
on the operator's validation recordings, by a bootstrap over speakers and their recordings (Efron & Tibshirani, An
Introduction to the Bootstrap, 1993, section 13.3: percentile intervals; speakers first, because a speaker's recordings
fail together); on the machines' own clips, by the mean loss that came out of the secure sum, which says no more than a
mean. Where nothing is known a candidate passes: without the gate it would as well.

The other way round, asking every candidate to prove that it is better, would stop a federation: one round moves less
than a few validation speakers can show. Small steps downwards are caught by comparing with the best version as well.

Pure functions over values. A model with a backdoor does well on clean recordings; no such gate sees it (Bagdasaryan et
al., How To Backdoor Federated Learning, AISTATS 2020, section 5.2).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import UsageError
from vsr_shared.metrics import Labels, Probabilities, log_likelihoods, nll, uar

Figure = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """What a version says of the validation recordings."""

    speakers: tuple[str, ...]
    """Whose each recording is, n."""
    labels: Labels
    """(n,): 0 negative, 1 positive."""
    positive: Probabilities
    """(n,): probability of positive."""

    @cached_property
    def uar(self) -> float:
        """Mean of both polarities' recall; NaN where one is missing."""
        return uar(self.labels, self.positive)

    @cached_property
    def nll(self) -> float:
        """Mean negative log-likelihood in nats."""
        return nll(self.labels, self.positive)


@dataclass(frozen=True)
class Figures:
    """What is known of a version."""

    judged: Judged | None = None
    """On the operator's validation recordings."""
    loss: float | None = None
    """Mean loss on the machines' own clips before they trained, in nats, from inside the secure sum."""
    machines: int = 0
    """How many machines `loss` is the mean of."""

    def to_dict(self) -> dict[str, float]:
        """Return them by name, for a manifest; what is not known is left out."""
        found = {"uar": self.judged.uar, "nll": self.judged.nll} if self.judged else {}
        if self.loss is not None:
            found["machines_loss"] = self.loss
        return {name: value for name, value in found.items() if np.isfinite(value)}


@dataclass(frozen=True)
class GateRule:
    """By how much a version may be worse. UsageError where a value makes no sense."""

    uar_margin: float = 0.02
    """UAR that may be lost on the validation recordings, 0 to 1."""
    nll_margin: float = 0.05
    """Nats that may be lost there, 0 or above."""
    confidence: float = 0.95
    """Share of the bootstrap's draws in which the version must be worse for it to count as worse, 0.5 to below 1."""
    draws: int = 1_000
    loss_margin: float = 0.1
    """Nats by which the machines' mean loss may rise, besides what another cohort explains, 0 or above."""
    loss_spread: float = 0.35
    """Deviation of one machine's loss from another's, in nats: the people of two rounds are not the same."""

    def __post_init__(self) -> None:
        margins = (self.uar_margin, self.nll_margin, self.loss_margin, self.loss_spread)
        if not all(0 <= margin < 100 for margin in margins) or not 0.5 <= self.confidence < 1 or self.draws < 100:
            raise UsageError(
                "the gate takes margins from 0 on, a confidence from 0.5 to below 1 and at least 100 draws, "
                f"got {margins}, {self.confidence:g} and {self.draws}"
            )


@dataclass(frozen=True)
class Verdict:
    """Whether a version goes on, and why, in words for the operator."""

    promote: bool
    reason: str


def judge(candidate: Figures, current: Figures, rule: GateRule | None = None, best: Figures | None = None) -> Verdict:
    """Say whether `candidate` may stand in the place of `current`; false for one in use means to roll it back.

    Each figure that both have is compared; one that is worse decides. `best` is the best version that there was, so
    that many small steps, each within the margin, do not add up. Raises UsageError where two versions were judged by
    different recordings.
    """
    rule = rule or GateRule()
    said = []
    for against, name in ((current, "the version in use"), (best, "the best version")):
        if against is None:
            continue
        for compared in (_by_validation(candidate, against, rule), _by_machines(candidate, against, rule)):
            if compared is None:
                continue
            worse, words = compared
            if worse:
                return Verdict(False, f"worse than {name}: {words}")
            said.append(f"{words} against {name}")
    return Verdict(True, "not worse: " + "; ".join(said) if said else "nothing to judge it by yet")


def _by_validation(candidate: Figures, against: Figures, rule: GateRule) -> tuple[bool, str] | None:
    new, old = candidate.judged, against.judged
    if new is None or old is None:
        return None
    if new.speakers != old.speakers or not np.array_equal(new.labels, old.labels):
        raise UsageError("two versions can be compared on the same validation recordings alone; judge both anew")
    words = f"validation UAR {old.uar:.3f} -> {new.uar:.3f}, NLL {old.nll:.3f} -> {new.nll:.3f}"
    compared = ((old.uar - new.uar, rule.uar_margin, uar), (new.nll - old.nll, rule.nll_margin, _negative_nll))
    # A quick look first: most candidates are within the margins, and need no bootstrap.
    doubtful = [figure for lost, margin, figure in compared if lost > margin]
    return any(_worse_share(new, old, figure, rule.draws) >= rule.confidence for figure in doubtful), words


def _by_machines(candidate: Figures, against: Figures, rule: GateRule) -> tuple[bool, str] | None:
    if candidate.loss is None or against.loss is None:
        return None
    chance = 2 * rule.loss_spread * np.sqrt(1 / max(candidate.machines, 1) + 1 / max(against.machines, 1))
    words = f"mean loss on the machines {against.loss:.3f} -> {candidate.loss:.3f}"
    return bool(candidate.loss - against.loss > rule.loss_margin + chance), words


def _worse_share(new: Judged, old: Judged, figure: Callable[[Labels, Probabilities], float], draws: int) -> float:
    """Share of draws of speakers, and of each one's recordings, in which `figure` is lower for `new` than for `old`.

    Draws without one of the polarities say nothing about UAR and are left out. The seed is fixed: a gate that is asked
    twice says the same.
    """
    random = np.random.default_rng(0)
    names = np.array(new.speakers)
    places = [np.flatnonzero(names == name) for name in sorted(set(new.speakers))]
    worse = []
    for _ in range(draws):
        people = [places[person] for person in random.integers(0, len(places), len(places))]
        drawn = np.concatenate([own[random.integers(0, len(own), len(own))] for own in people])
        lost = figure(old.labels[drawn], old.positive[drawn]) - figure(new.labels[drawn], new.positive[drawn])
        if np.isfinite(lost):
            worse.append(lost > 0)
    return float(np.mean(worse)) if worse else 0.0


def _negative_nll(labels: Labels, positive: Probabilities) -> float:
    return float(log_likelihoods(labels, positive).mean())
