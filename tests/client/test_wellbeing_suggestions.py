"""When VSR speaks of a pattern at all, and what it suggests then."""

from datetime import date, timedelta

import pytest

from tests.client.some_days import in_a_row, on
from vsr_client.wellbeing.catalogue import Tone, catalogue
from vsr_client.wellbeing.pattern import FEWEST_DAYS, FEWEST_RECORDINGS, recent_pattern
from vsr_client.wellbeing.suggestions import SHOWN, choose
from vsr_shared.emotions import Polarity

TODAY = date(2026, 11, 22)
SENTENCES = catalogue().sentences
ENTRIES = catalogue().suggestions


def tone(*days: list[float]) -> Tone:
    return recent_pattern(in_a_row(TODAY - timedelta(days=len(days) - 1), days), TODAY).tone


@pytest.mark.parametrize(
    "days",
    [
        [],
        [[0.01]],
        [[0.01] * 50],
        [[0.01] * 20] * 3,
        [[0.01]] * 5,
    ],
)
def test_little_is_no_pattern_however_it_sounds(days: list[list[float]]) -> None:
    """Not one recording, not fifty of one bad day, not three days."""
    assert tone(*days) == "few"


def test_days_that_sound_alike_are_a_pattern() -> None:
    assert tone(*[[0.2, 0.3]] * 6) == "negative"
    assert tone(*[[0.8, 0.7]] * 6) == "positive"
    assert tone(*[[0.2, 0.8]] * 6) == "mixed"
    assert tone(*[[0.2, 0.3], [0.8, 0.9]] * 3) == "mixed"


def test_a_day_counts_once_however_much_was_recorded_on_it() -> None:
    assert tone([0.05] * 30, *[[0.8, 0.75]] * 5) == "positive"


def test_what_the_person_said_goes_before_what_vsr_heard() -> None:
    days = [TODAY - timedelta(days=back) for back in range(6)]
    recordings = [one for day in days for one in on(day, 0.1, 0.2, polarity=Polarity.POSITIVE)]
    assert recent_pattern(recordings, TODAY).tone == "positive"


def test_only_the_last_fourteen_days_count() -> None:
    long_ago = in_a_row(TODAY - timedelta(days=40), [[0.1, 0.1]] * 20)
    assert recent_pattern(long_ago, TODAY).tone == "few"
    tomorrow = in_a_row(TODAY + timedelta(days=1), [[0.1, 0.1]] * 9)
    assert recent_pattern(tomorrow, TODAY).tone == "few", "a clock that was wrong is no pattern"


def test_the_sentence_says_how_much_it_rests_on() -> None:
    recordings = in_a_row(TODAY - timedelta(days=6), [[0.1, 0.2]] * 6 + [[0.9]])
    sentence = recent_pattern(recordings, TODAY).sentence(SENTENCES)
    assert sentence.startswith("On 6 of the 7 days")
    assert "You know best" in sentence
    little = recent_pattern([], TODAY).sentence(SENTENCES)
    assert f"{FEWEST_RECORDINGS} recordings on {FEWEST_DAYS} different days" in little


@pytest.mark.parametrize("wanted", ["few", "positive", "mixed", "negative"])
def test_suggestions_fit_and_are_of_many_kinds(wanted: Tone) -> None:
    chosen = choose(ENTRIES, wanted, TODAY)
    assert len(chosen) == SHOWN
    assert all(wanted in one.fits for one in chosen)
    assert len({one.kind for one in chosen}) == SHOWN


def test_after_hard_days_people_come_first() -> None:
    for back in range(30):
        assert choose(ENTRIES, "negative", TODAY - timedelta(days=back))[0].kind == "people"


def test_nothing_jumps_within_a_day_and_other_days_bring_others() -> None:
    today = [one.id for one in choose(ENTRIES, "mixed", TODAY)]
    assert today == [one.id for one in choose(ENTRIES, "mixed", TODAY)]
    month = {tuple(one.id for one in choose(ENTRIES, "mixed", TODAY - timedelta(days=back))) for back in range(30)}
    assert len(month) > 10
    seen = {name for names in month for name in names}
    assert seen == {one.id for one in ENTRIES if "mixed" in one.fits}, "all that fits has its day within a month"


def test_an_entry_that_goes_leaves_the_others_in_their_order() -> None:
    chosen = choose(ENTRIES, "mixed", TODAY, shown=100)
    rest = choose([one for one in ENTRIES if one != chosen[-1]], "mixed", TODAY, shown=100)
    assert rest == chosen[:-1]
