"""How many people may fall silent and how many may collude with the server, and what follows from the two.

With n people, of whom d may fall silent and f may collude with a server that lies (see docs/secure-sum.md):

    t = n - d                       shares that recover a mask; 2 d + f < n makes any two sets of t that
                                    colluders help share an honest member, so that nobody counts as in and as out
    D = (n - f) d / (t - f)         people whom a server can make count as out by telling different people
                                    different things; d, where it tells everyone the same
    k = f + D + 1                   neighbours each person masks with: the graph stays in one piece whichever
                                    f and D people are taken out of it
    n - D                           people in any sum that can be unmasked, of whom n - f - D are honest
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from vsr_shared.errors import FederationError

SMALLEST_COHORT: Final = 3
LARGEST_COHORT: Final = 128
"""Above, shares grow to more than a tenth of the update: a server splits more people into several sums."""


@dataclass(frozen=True)
class Tolerance:
    """A cohort's size and what it withstands; FederationError where it cannot withstand that."""

    cohort: int
    """People asked, 3 to 128."""
    dropouts: int
    """How many of them may fall silent at any point of the round."""
    colluders: int
    """How many of them may work for the server."""

    def __post_init__(self) -> None:
        if not SMALLEST_COHORT <= self.cohort <= LARGEST_COHORT:
            raise FederationError(f"a secure sum takes {SMALLEST_COHORT} to {LARGEST_COHORT} people, not {self.cohort}")
        if self.dropouts < 0 or self.colluders < 0 or 2 * self.dropouts + self.colluders >= self.cohort:
            raise FederationError(
                f"{self.cohort} people cannot withstand {self.dropouts} that fall silent and {self.colluders} that "
                "collude: twice the first and the second must stay below the cohort"
            )
        if self.least_honest < 2:
            raise FederationError(
                f"{self.colluders} colluders of {self.cohort} people could leave one honest person in a sum alone"
            )

    @property
    def threshold(self) -> int:
        """Shares that recover a mask, and people that a server which does not lie has in any sum at least."""
        return self.cohort - self.dropouts

    @property
    def most_out(self) -> int:
        """Honest people that a server which lies can make count as out."""
        return (self.cohort - self.colluders) * self.dropouts // (self.threshold - self.colluders)

    @property
    def smallest_sum(self) -> int:
        """People in any sum that can be unmasked, whatever a server tells whom."""
        return self.cohort - self.most_out

    @property
    def least_honest(self) -> int:
        """Honest people in any sum that can be unmasked."""
        return self.smallest_sum - self.colluders

    @property
    def degree(self) -> int:
        """Neighbours that each person masks with: even, or everybody."""
        needed = self.colluders + self.most_out + 1
        return min(needed + needed % 2, self.cohort - 1)


def tolerance_for(
    cohort: int, dropout_share: float = 0.3, colluding_share: float = 0.2, smallest_sum: int = 2
) -> Tolerance:
    """Return the tolerance of `cohort` people for shares of them, rounded down, and sums over `smallest_sum` at least.

    At least one dropout, if any, and one colluder are withstood where that can be had: 3 people withstand a dropout
    and nobody who colludes, or the other way round where all three have to answer; 10 withstand 3 and 2, 100
    withstand 30 and 20. Where both cannot be had, dropouts give way. FederationError where even none can.
    """
    asked = int(cohort * colluding_share)
    most = max(1, int(cohort * dropout_share)) if dropout_share > 0 else 0
    for dropouts in range(min(most, cohort - smallest_sum), -1, -1):
        for colluders in (max(1, asked), asked):
            with suppress(FederationError):
                return Tolerance(cohort, dropouts, colluders)
    raise FederationError(
        f"{cohort} people cannot make a sum over {smallest_sum} that withstands {asked} who collude; "
        f"a secure sum takes {SMALLEST_COHORT} to {LARGEST_COHORT}"
    )
