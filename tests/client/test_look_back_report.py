"""A report of a period: whole in one file, honest, and safe to open."""

import json
import re
from datetime import date, datetime, timedelta, timezone
from html.parser import HTMLParser

import pytest

from tests.client.some_days import in_a_row, month, on
from vsr_client.look_back.accuracy import base_words, head_words
from vsr_client.look_back.period import look_back
from vsr_client.look_back.report import Choices, Judge, report
from vsr_client.look_back.report_style import POLICY, STYLE
from vsr_client.worth import worth_in, worth_of
from vsr_shared.shipped_base import BASES, EVALUATION_FILE

LAST = date(2026, 11, 22)
MADE = datetime(2026, 11, 22, 18, 30, tzinfo=timezone(timedelta(hours=1)))
JUDGE = Judge("some-base", ["It was tested."])


class Tags(HTMLParser):
    """Collects what a browser would see of a document."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def a_report(**choices: object) -> str:
    period = look_back(month(LAST), LAST - timedelta(days=29), LAST)
    return report(period, JUDGE, MADE, Choices(**choices))  # type: ignore[arg-type]


def test_a_report_says_what_it_is_and_is_not_and_what_there_was() -> None:
    text = a_report(title="Three weeks in autumn")
    seen = Tags(text).text
    for part in (
        "Three weeks in autumn",
        "24 October 2026 to 22 November 2026",
        "no diagnosis",
        "Called positive by me",
        "some-base",
        "November 2026",
    ):
        assert part in seen
    assert "<svg" in text and 'class="month"' in text
    assert "@media print" in STYLE


def test_a_report_loads_nothing_and_runs_nothing() -> None:
    text = a_report()
    found = Tags(text)
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & set(found.tags)
    assert not [name for name, _ in found.attributes if name.startswith("on") or name in {"src", "href", "style"}]
    assert "http" not in re.sub(r'http-equiv="[^"]*"', "", text)
    assert "default-src 'none'" in POLICY and "unsafe" not in POLICY


@pytest.mark.parametrize(
    "nasty", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;b&gt;", "</style>"]
)
def test_whatever_the_person_wrote_stays_text(nasty: str) -> None:
    """Threat: markup in a note, a title or a model's name runs where the report is opened."""
    period = look_back(on(LAST, 0.5, 0.6, note=nasty), LAST, LAST)
    text = report(period, Judge(nasty, [nasty]), MADE, Choices(title=nasty))
    plain = report(
        look_back(on(LAST, 0.5, 0.6, note="plain"), LAST, LAST), Judge("plain", ["plain"]), MADE, Choices("plain")
    )
    assert Tags(text).tags == Tags(plain).tags
    assert Tags(text).text.count(nasty) == 6, "twice as title, twice as note, and of the judge"


def test_only_chosen_notes_are_in_it() -> None:
    recordings = [*on(LAST, 0.5, note="for the doctor"), *on(LAST - timedelta(days=1), 0.5, note="for nobody")]
    period = look_back(recordings, LAST - timedelta(days=6), LAST)
    chosen = report(period, JUDGE, MADE, Choices(notes=[recordings[0].id]))
    assert "for the doctor" in chosen and "for nobody" not in chosen
    none = report(period, JUDGE, MADE, Choices(notes=[]))
    assert "for the doctor" not in none and "for nobody" not in none


def test_an_empty_and_a_long_period_are_reports_too() -> None:
    assert "heard nothing of mine" in report(look_back([], LAST, LAST), JUDGE, MADE)
    year = look_back(in_a_row(LAST - timedelta(days=364), [[0.4, 0.6]] * 365), LAST - timedelta(days=364), LAST)
    text = report(year, JUDGE, MADE)
    assert text.count('class="month"') == 13
    assert len(text) < 500_000


def test_a_report_of_one_day_names_that_day_once() -> None:
    text = report(look_back(on(LAST, 0.4, 0.6), LAST, LAST), JUDGE, MADE)
    assert "<p class='soft'>22 November 2026</p>" in text
    assert "2, on 1 day<" in text
    assert text.count(">22 Nov<") == 1


def test_how_often_the_base_is_right_comes_from_its_own_evaluation() -> None:
    evaluation = json.loads((BASES / EVALUATION_FILE).read_bytes())
    first, *_ = base_words(worth_of(evaluation["base"]))
    uar = evaluation["ways"]["base"]["overall"]["uar"]
    assert f"about {round(10 * uar, 1):g} right" in first
    assert "guessing gets 5" in first
    for unknown in (None, {}, {"base": "another"}, {"base": "x", "ways": []}):
        assert base_words(worth_in(unknown, "x")) == [
            "How often this model is right has not been measured here. Read every number as a guess."
        ]
    assert "42 labelled recordings" in head_words(42, 0.7, 0.82)
