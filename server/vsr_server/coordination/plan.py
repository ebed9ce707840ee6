"""What the operator wants: how many rounds and when, with whom, how to train, how to sum."""

from dataclasses import dataclass, field
from typing import Final

from vsr_shared.errors import UsageError
from vsr_shared.federation.messages import CLIP_NORM, check_metric_names
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.privacy.noise_terms import NoiseTerms
from vsr_shared.secure_sum.quantise import Quantisation
from vsr_shared.secure_sum.tolerance import SMALLEST_COHORT

UPDATE_RANGE: Final = 0.1
"""Largest change of one number in a round. People's updates change none by more than 0.002 with the training that is
asked for by default, and by 0.022 with the most passes that a machine accepts at three times the step size."""


@dataclass(frozen=True)
class SecurePlan:
    """How securely to sum. See `vsr_shared.secure_sum.tolerance`."""

    dropout_share: float = 0.3
    """Share of a cohort that may fall silent, 0 to below a half."""
    colluding_share: float = 0.2
    """Share of a cohort that may work for whoever runs the server, 0 to below 1."""
    ranges: Quantisation = field(default_factory=lambda: Quantisation(update_range=UPDATE_RANGE))
    groups: int = 1
    """Sums that a cohort is drawn into, 1 to 1,000; fewer where each would be over fewer people than the plan
    promises (see `groups`). Of three sums on, poisoned ones are outvoted."""

    def __post_init__(self) -> None:
        if not 1 <= self.groups <= 1_000:
            raise UsageError(f"a cohort is drawn into 1 to 1,000 sums, not {self.groups}")
        if not 0 <= self.dropout_share < 0.5 or not 0 <= self.colluding_share < 1:
            raise UsageError(
                "of a cohort, 0 to below a half may fall silent and 0 to below 1 may collude; "
                f"got {self.dropout_share:g} and {self.colluding_share:g}"
            )


@dataclass(frozen=True)
class Plan:
    """What the operator wants. UsageError where it cannot be."""

    rounds: int | None
    """Rounds to complete in all, over every start of the server; None goes on for ever."""
    minimum_cohort: int
    """Machines that must be connected to begin a round, and must answer for it to count."""
    round_timeout: float = 600.0
    """Seconds that a machine has for its answer."""
    cohort_timeout: float = 600.0
    """Seconds to wait for the cohort before giving up, or before the next time where there is a schedule."""
    local: LocalTraining = field(default_factory=LocalTraining)
    metrics: tuple[str, ...] = ()
    """Figures of the machines to average, by the names that their participants give them."""
    secure: SecurePlan | None = field(default_factory=SecurePlan)
    """How to sum securely. None sends updates bare, which no machine that joined by invitation answers: it is for
    tests and comparisons."""
    every: float | None = None
    """Seconds from the start of a round to that of the next; None begins it as soon as the last has ended."""
    clip_norm: float = CLIP_NORM
    """Longest update; every machine shortens a longer one itself. Goes into each `RoundOffer`."""
    noise: NoiseTerms | None = None
    """Noise of differential privacy, which takes a secure sum; None adds none. Goes into each `RoundOffer`."""
    largest_cohort: int | None = None
    """Machines that are asked at most; of more that are connected so many are drawn by lot."""

    def __post_init__(self) -> None:
        check_metric_names(self.metrics)
        if self.noise and not self.secure:
            raise UsageError("noise is shared among the machines of a secure sum; without one there can be none")
        if self.rounds is not None and self.rounds < 1:
            raise UsageError(f"a plan has 1 round at least, or none said to go on for ever; not {self.rounds}")
        if self.every is not None and not self.every > 0:
            raise UsageError(f"the time between two rounds must be above 0 s, not {self.every:g}")
        if self.largest_cohort is not None and self.largest_cohort < self.machines_to_begin:
            raise UsageError(
                f"at most {self.largest_cohort} machines are asked, and a round needs {self.machines_to_begin}"
            )

    @property
    def machines_to_begin(self) -> int:
        """Machines that must be connected: a secure sum takes three, whatever may fall silent later."""
        return max(self.minimum_cohort, SMALLEST_COHORT if self.secure else 0)
