"""Means with intervals that admit how little they rest on, and changes that are told from chance."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.client.some_days import in_a_row, on
from vsr_client.look_back.days import days_of
from vsr_client.look_back.estimate import day_estimate, spread_within, student_t
from vsr_client.look_back.period import look_back
from vsr_client.look_back.trend import MINE, sentence_of, trend_of
from vsr_client.store.kept_recording import KeptRecording, Said
from vsr_shared.emotions import Polarity

FIRST = date(2026, 10, 1)
MONTH = FIRST + timedelta(days=60)


def days_with(start: float, end: float, days: int, each: int, seed: int, scatter: float = 0.1) -> list[KeptRecording]:
    draw = random.Random(seed)
    moods = [start + (end - start) * day / (days - 1) for day in range(days)]
    return in_a_row(FIRST, [[min(1, max(0, draw.gauss(mood, scatter))) for _ in range(each)] for mood in moods])


@pytest.mark.parametrize(("freedom", "known"), [(4, 2.776), (5, 2.571), (10, 2.228), (30, 2.042), (1000, 1.962)])
def test_quantiles_of_students_t(freedom: float, known: float) -> None:
    assert student_t(freedom) == pytest.approx(known, rel=0.002)


def test_a_day_with_one_recording_says_next_to_nothing() -> None:
    estimate = day_estimate([0.9], spread_within([[0.9]]))
    assert estimate.high - estimate.low > 0.6
    assert estimate.high <= 1


def test_more_recordings_narrow_a_day() -> None:
    draw = random.Random(1)
    days = [[draw.gauss(0.5, 0.1) for _ in range(count)] for count in (2, 8, 32)]
    spread = spread_within(days)
    widths = [estimate.high - estimate.low for estimate in (day_estimate(day, spread) for day in days)]
    assert widths[0] > 1.8 * widths[1] > 1.8**2 * widths[2]


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Over 600 simulated days of two recordings, 95 % intervals hold the day's true mean in most cases."""
    draw, held, total = random.Random(3), 0, 0
    for _ in range(60):
        truths = [draw.uniform(0.3, 0.7) for _ in range(10)]
        days = [[draw.gauss(truth, 0.15) for _ in range(2)] for truth in truths]
        spread = spread_within(days)
        for truth, day in zip(truths, days, strict=True):
            estimate = day_estimate(day, spread)
            held += estimate.low <= truth <= estimate.high
            total += 1
    assert 0.9 < held / total <= 1


def test_a_clear_change_is_called_one_with_its_direction_and_interval() -> None:
    for start, end, word in ((0.2, 0.8, "positive"), (0.8, 0.2, "negative")):
        trend = trend_of(days_of(days_with(start, end, 30, 3, seed=4)))
        assert trend.kind == "change"
        assert trend.change is not None and trend.low is not None and trend.high is not None
        assert trend.low < trend.change < trend.high
        assert abs(trend.change - (end - start)) < 0.2
        sentence = sentence_of(trend)
        assert f"more {word} to VSR" in sentence
        assert "what it means only you can say" in sentence
        assert "my recordings" in sentence_of(trend, MINE)


def test_chance_alone_is_rarely_called_a_change() -> None:
    """One in twenty is what the interval promises; days that resemble their neighbours make it up to one in ten."""
    draw, called = random.Random(9), 0
    runs = 150
    for _ in range(runs):
        mood, days = 0.0, []
        for _ in range(21):
            mood = 0.4 * mood + draw.gauss(0, 0.1)
            days.append([min(1, max(0, 0.5 + mood + draw.gauss(0, 0.2))) for _ in range(draw.randint(1, 4))])
        called += trend_of(days_of(in_a_row(FIRST, days))).kind == "change"
    assert called / runs < 0.16


def test_chance_is_named_plainly() -> None:
    trend = trend_of(days_of(in_a_row(FIRST, [[0.5, 0.6], [0.4, 0.5]] * 6)))
    assert trend.kind == "chance"
    assert sentence_of(trend).startswith("No change that can be told from chance")


@pytest.mark.parametrize("days", [[], [[0.01]], [[0.9] * 40], [[0.9], [0.1]] * 3])
def test_few_days_or_recordings_never_make_a_trend(days: list[list[float]]) -> None:
    """Forty recordings of one day are one day."""
    trend = trend_of(days_of(in_a_row(FIRST, days)))
    assert trend.kind in {"nothing", "few"}
    assert trend.change is None
    assert "sounded more" not in sentence_of(trend)


def test_one_more_recording_turns_no_calm_month_into_an_alarm() -> None:
    month = days_with(0.7, 0.7, 28, 2, seed=6)
    worst = on(FIRST + timedelta(days=28), 0.0)
    assert trend_of(days_of([*month, *worst])).kind == "chance"


def test_many_recordings_of_one_day_count_as_one_day() -> None:
    """A day on which somebody recorded fifty times weighs no more than the others."""
    calm = in_a_row(FIRST, [[0.7, 0.72], [0.68, 0.7]] * 7)
    once, often = on(FIRST + timedelta(days=14), 0.2), on(FIRST + timedelta(days=14), *[0.2] * 12)
    changes = [trend_of(days_of([*calm, *last])).change for last in (once, often)]
    assert changes[0] == pytest.approx(changes[1])


def test_labels_change_no_trend() -> None:
    month = days_with(0.2, 0.8, 20, 2, seed=8)
    labelled = [replace(one, polarity=Polarity.NEGATIVE) for one in month]
    assert trend_of(days_of(labelled)).change == trend_of(days_of(month)).change


def test_a_change_of_head_is_mentioned() -> None:
    before = days_with(0.3, 0.3, 10, 2, seed=2)
    later = in_a_row(FIRST + timedelta(days=10), [[0.8, 0.82]] * 10)
    later = [replace(one, said=_by(one, "another")) for one in later]
    assert "VSR itself learnt" in sentence_of(trend_of(days_of([*before, *later])))


def test_a_period_has_an_estimate_for_each_day_that_was_heard() -> None:
    recordings = [*on(FIRST, 0.2, 0.4), *on(FIRST + timedelta(days=3), 0.9, note="  a note ")]
    period = look_back(recordings, FIRST, MONTH)
    assert list(period.estimates) == [FIRST, FIRST + timedelta(days=3)]
    assert period.estimates[FIRST].mean == pytest.approx(0.3)
    assert [one.note for one in period.notes] == ["  a note "]


def _by(one: KeptRecording, head: str) -> Said:
    assert one.said
    return replace(one.said, head=head)
