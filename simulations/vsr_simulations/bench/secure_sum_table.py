"""VSR's secure sum and Flower's SecAgg+ side by side, in turns so that a busy machine slows both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from vsr_simulations.bench.secagg_plus_cost import secagg_plus_cost
from vsr_simulations.bench.secure_sum_cost import Cost, secure_sum_cost


@dataclass(frozen=True)
class Beside:
    """One round by either."""

    ours: Cost
    theirs: Cost

    @property
    def client_ratio(self) -> float:
        """How many times less CPU a member needs with ours."""
        return self.theirs.client_seconds / self.ours.client_seconds

    @property
    def upload_ratio(self) -> float:
        """Ours over theirs."""
        return self.ours.bytes_up / self.theirs.bytes_up

    @property
    def error_ratio(self) -> float:
        """Ours over theirs."""
        return self.ours.error / self.theirs.error


def side_by_side(
    parameters: int,
    cohorts: Sequence[int] = (3, 10, 100, 1000),
    silent_shares: Sequence[float] = (0.0, 0.1, 0.3),
    turns: int = 3,
) -> Iterator[Beside]:
    """Yield a row for each cohort and each number of people that these shares come to, each figure the middle one.

    Above 50 people one turn is taken, in which every member's part runs anyway.
    """
    for cohort in cohorts:
        for silent in sorted({int(cohort * share) for share in silent_shares}):
            rows = [
                (secure_sum_cost(parameters, cohort, silent), secagg_plus_cost(parameters, cohort, silent))
                for _ in range(turns if cohort <= 50 else 1)
            ]
            ours, theirs = zip(*rows, strict=True)
            yield Beside(_middle(ours), _middle(theirs))


def _middle(costs: Sequence[Cost]) -> Cost:
    client = median(cost.client_seconds for cost in costs)
    server = median(cost.server_seconds for cost in costs)
    return replace(costs[0], client_seconds=client, server_seconds=server)
