"""How many secure sums a cohort is drawn into, by lot.

More sums let the others outvote one that was poisoned, and each is over fewer people. None is planned so small that
usual dropouts would leave it with fewer people than the round promises: that promise is the people's.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

from vsr_server.coordination.plan import SecurePlan
from vsr_shared.secure_sum.tolerance import LARGEST_COHORT, SMALLEST_COHORT

Seat = TypeVar("Seat")


def count_of_groups(people: int, smallest_sum: int, how: SecurePlan) -> int:
    """Return into how many sums `people` go: `how.groups`, fewer where they do not suffice, more above 128 a sum."""
    least = -(-people // LARGEST_COHORT)
    return max(1, least, min(how.groups, people // smallest_group(smallest_sum, how)))


def smallest_group(smallest_sum: int, how: SecurePlan) -> int:
    """Return the fewest people of whom the plan's share may fall silent and `smallest_sum` are left."""
    size = max(smallest_sum, SMALLEST_COHORT)
    while size - _silent(size, how) < smallest_sum:
        size += 1
    return size


def equal_parts(seats: Sequence[Seat], count: int) -> list[Sequence[Seat]]:
    """Return `seats` in `count` parts of sizes that differ by one at most."""
    bounds = [len(seats) * part // count for part in range(count + 1)]
    return [seats[start:end] for start, end in pairwise(bounds)]


def _silent(size: int, how: SecurePlan) -> int:
    return max(1, int(size * how.dropout_share)) if how.dropout_share > 0 else 0
