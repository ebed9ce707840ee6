"""How often a machine looks for messages: it must not wear its server out while nothing happens."""

from vsr_client.pace import IDLE_AFTER_SECONDS, IDLE_SECONDS, Pace

FLOWER_LOOKS, FLOWER_ANSWERS = 3.0, 0.5
"""What Flower's loop sleeps after a look that found nothing, and while this machine works on its answer."""


def pauses(pace_seconds: float, asked: list[float]) -> list[float]:
    slept: list[float] = []
    pace = Pace(pace_seconds, slept.append)
    for seconds in asked:
        pace(seconds)
    return slept


def test_it_looks_often_at_first_and_rarely_once_nothing_came_for_two_minutes() -> None:
    slept = pauses(1.0, [FLOWER_LOOKS] * 200)
    assert slept[0] == 1.0
    busy = int(IDLE_AFTER_SECONDS)
    assert set(slept[:busy]) == {1.0}
    assert set(slept[busy:]) == {IDLE_SECONDS}


def test_a_message_makes_it_look_often_again() -> None:
    slept = pauses(1.0, [*[FLOWER_LOOKS] * 200, FLOWER_ANSWERS, FLOWER_LOOKS])
    assert slept[-3:] == [IDLE_SECONDS, FLOWER_ANSWERS, 1.0]


def test_a_fast_pace_makes_waiting_for_the_own_answer_fast_too() -> None:
    assert pauses(0.3, [FLOWER_ANSWERS, FLOWER_LOOKS]) == [0.3, 0.3]


def test_whoever_wants_to_look_more_rarely_still_does() -> None:
    assert pauses(30.0, [FLOWER_LOOKS] * 100)[-1] == 30.0
