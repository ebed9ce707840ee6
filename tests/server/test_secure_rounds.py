"""A cohort is drawn into sums of nearly equal size, none over fewer people than was promised."""

import pytest

from vsr_server.coordination.groups import count_of_groups, equal_parts, smallest_group
from vsr_server.coordination.plan import SecurePlan
from vsr_shared.errors import UsageError
from vsr_shared.secure_sum.tolerance import tolerance_for


@pytest.mark.parametrize(
    ("seats", "count", "sizes"),
    [(3, 1, [3]), (129, 2, [64, 65]), (300, 3, [100, 100, 100]), (1_000, 8, [125] * 8), (20, 3, [6, 7, 7])],
)
def test_parts_are_as_equal_as_can_be_and_hold_everybody(seats: int, count: int, sizes: list[int]) -> None:
    parts = equal_parts(list(range(seats)), count)
    assert [len(part) for part in parts] == sizes
    assert [seat for part in parts for seat in part] == list(range(seats))


@pytest.mark.parametrize(("people", "count"), [(3, 1), (128, 1), (129, 2), (1_000, 8)])
def test_without_a_wish_there_are_as_few_sums_as_can_be(people: int, count: int) -> None:
    assert count_of_groups(people, 2, SecurePlan()) == count


def test_as_many_sums_as_are_wished_where_people_suffice() -> None:
    assert count_of_groups(100, 10, SecurePlan(groups=5)) == 5


@pytest.mark.parametrize("smallest_sum", [2, 3, 5, 10, 40])
@pytest.mark.parametrize("people", [3, 7, 20, 57, 128])
def test_no_sum_is_over_fewer_people_than_promised_however_many_are_wished(people: int, smallest_sum: int) -> None:
    how = SecurePlan(groups=1_000)
    for part in equal_parts(range(people), count_of_groups(people, smallest_sum, how)):
        if people >= smallest_group(smallest_sum, how):
            usual = tolerance_for(len(part), how.dropout_share, how.colluding_share)
            assert tolerance_for(len(part), how.dropout_share, how.colluding_share, smallest_sum) == usual
            assert usual.threshold >= smallest_sum


def test_no_sums_at_all_cannot_be_wished() -> None:
    with pytest.raises(UsageError, match="1 to 1,000 sums"):
        SecurePlan(groups=0)
