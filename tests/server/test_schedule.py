"""When rounds begin, and whom they ask."""

from datetime import UTC, datetime, timedelta

import pytest

from vsr_server.coordination.cohort import drawn
from vsr_server.coordination.plan import Plan, SecurePlan
from vsr_server.coordination.schedule import next_start, parse_interval
from vsr_shared.errors import UsageError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1_800), ("6h", 21_600), ("1d", 86_400), (" 1.5h ", 5_400)]
)
def test_intervals_as_people_write_them(text: str, seconds: float) -> None:
    assert parse_interval(text) == seconds


@pytest.mark.parametrize("text", ["", "6", "h", "6 h", "0h", "-6h", "6w", "400d", "1e3s", "6h30m"])
def test_what_is_no_interval(text: str) -> None:
    with pytest.raises(UsageError, match="such as 6h"):
        parse_interval(text)


@pytest.mark.parametrize(
    ("last", "every", "expected"),
    [
        (None, 3_600, 0),
        (NOON - timedelta(minutes=10), 3_600, 50),
        (NOON - timedelta(minutes=10), None, 0),
        (NOON - timedelta(days=3), 3_600, 0),
    ],
    ids=["the first", "in time", "no schedule", "times missed are not made up for"],
)
def test_the_next_round(last: datetime | None, every: float | None, expected: int) -> None:
    assert next_start(last, every, NOON) == NOON + timedelta(minutes=expected)


def test_of_too_many_some_are_drawn_and_everybody_has_a_chance() -> None:
    assert drawn([3, 1, 2], None) == drawn([3, 1, 2], 3) == [3, 1, 2]
    draws = [drawn(range(20), 5) for _ in range(200)]
    assert all(len(set(draw)) == 5 and draw == sorted(draw) for draw in draws)
    # Each of 20 is missing from all 200 draws with a chance of 0.75 ** 200, below 10 ** -24.
    assert set().union(*draws) == set(range(20))


@pytest.mark.parametrize(
    "given",
    [
        {"rounds": 0},
        {"every": 0.0},
        {"every": -1.0},
        {"largest_cohort": 2},
        {"minimum_cohort": 10, "largest_cohort": 9},
    ],
)
def test_plans_that_cannot_be(given: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        Plan(**({"rounds": 1, "minimum_cohort": 2} | given))  # type: ignore[arg-type]


@pytest.mark.parametrize(("silent", "colluding"), [(0.5, 0.2), (-0.1, 0.2), (0.3, 1.0)])
def test_secure_plans_that_cannot_be(silent: float, colluding: float) -> None:
    with pytest.raises(UsageError, match="half"):
        SecurePlan(silent, colluding)


def test_sums_are_secure_unless_somebody_says_otherwise() -> None:
    assert Plan(None, 2).secure == SecurePlan()
    assert Plan(None, 2).machines_to_begin == 3
    assert Plan(None, 2, secure=None).machines_to_begin == 2
