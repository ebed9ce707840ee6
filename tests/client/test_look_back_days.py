"""Recordings by the person's own days."""

from datetime import date, datetime, timedelta, timezone

from tests.client.some_days import on, recording
from vsr_client.look_back.days import days_of, within
from vsr_shared.emotions import Polarity

MONDAY = date(2026, 11, 2)


def there(text: str, hours: float) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone(timedelta(hours=hours)))


def test_a_recording_belongs_to_the_day_on_the_persons_own_clock() -> None:
    """Both are 2 November, 23:30 and 0:30, in Tokyo and in New York; in UTC each would be another day."""
    tokyo, new_york = there("2026-11-03 00:30", 9), there("2026-11-02 23:30", -5)
    days = days_of([recording(new_york), recording(tokyo)])
    assert [day.day for day in days] == [date(2026, 11, 2), date(2026, 11, 3)]
    assert [one.recorded for one in days[1].recordings] == [tokyo]


def test_a_flight_moves_no_evening() -> None:
    evening, next_morning = there("2026-11-02 22:00", 1), there("2026-11-02 23:30", -8)
    (day,) = days_of([recording(next_morning), recording(evening)])
    assert [one.recorded for one in day.recordings] == [evening, next_morning]


def test_a_period_includes_its_first_and_last_day() -> None:
    recordings = [one for offset in range(5) for one in on(MONDAY + timedelta(days=offset), 0.5)]
    found = within(recordings, MONDAY + timedelta(days=1), MONDAY + timedelta(days=3))
    assert {one.recorded.date() for one in found} == {date(2026, 11, day) for day in (3, 4, 5)}


def test_what_vsr_heard_and_what_the_person_said_are_counted_apart() -> None:
    recordings = [*on(MONDAY, 0.9, 0.8, polarity=Polarity.NEGATIVE), *on(MONDAY, 0.7)]
    (day,) = days_of(recordings)
    assert sorted(day.heard) == [0.7, 0.8, 0.9]
    assert day.labels == {Polarity.NEGATIVE: 2}
    assert day.tone == "positive", "a label says nothing about what VSR heard"


def test_one_recording_gives_no_day_its_tone() -> None:
    for positive in (0.01, 0.5, 0.99):
        (day,) = days_of(on(MONDAY, positive))
        assert day.tone == "few"
    (unheard,) = days_of([recording(datetime(2026, 11, 2, tzinfo=timezone.utc), None)])  # noqa: UP017
    assert unheard.tone == "none"
    assert [days_of(on(MONDAY, *values))[0].tone for values in ((0.1, 0.3), (0.4, 0.6), (0.7, 0.8))] == [
        "negative",
        "mixed",
        "positive",
    ]
