"""A report of a period as one HTML file: to keep, to print to PDF, or to bring to somebody one trusts.

It holds no script, asks nothing of any network (its own policy forbids it), and escapes whatever the person wrote.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

from vsr_client.look_back.period import Period
from vsr_client.look_back.report_chart import calendar, day_words, table, timeline
from vsr_client.look_back.report_style import POLICY, STYLE
from vsr_client.look_back.trend import MINE, sentence_of
from vsr_shared.emotions import Polarity

if TYPE_CHECKING:
    from vsr_client.store.kept_recording import KeptRecording


@dataclass(frozen=True)
class Judge:
    """Who judged, in words: the model's name, and sentences on how often it is right (look_back/accuracy.py)."""

    name: str
    words: Sequence[str]


@dataclass(frozen=True)
class Choices:
    """What a report holds besides the drawings. `notes`: None for all of them, else the ids of the chosen ones."""

    title: str = "How my voice sounded to VSR"
    notes: Collection[str] | None = None
    day_table: bool = True


def report(period: Period, judge: Judge, made: datetime, choices: Choices | None = None) -> str:
    """Return the report of `period`, made at `made` (aware), as a whole HTML document."""
    choices = choices or Choices()
    title = escape(choices.title.strip() or Choices.title)
    days = " to ".join(dict.fromkeys(day_words(day, year=True) for day in (period.first, period.last)))
    parts = [
        f"<h1>{title}</h1><p class='soft'>{days}</p>",
        "<p class='on-screen'>To keep this as a PDF, print this page and choose “Save as PDF”.</p>",
        _WHAT,
        _short(period),
        f"<h2>Day by day</h2><figure>{timeline(period)}{_LEGEND}</figure>" if period.estimates else "",
        f"<h2>Calendar</h2>{calendar(period)}" if period.days else "",
        _notes([one for one in period.notes if choices.notes is None or one.id in choices.notes]),
        _judge(judge),
        f"<h2>The days in numbers</h2>{table(period)}" if choices.day_table and period.days else "",
        f"<footer>Made by VSR on {day_words(made.date(), year=True)} at {made:%H:%M}, on the machine of the person "
        "whose voice it is. Nothing in this file was sent anywhere, and it loads nothing.</footer>",
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{title}, {days}</title><style>{STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>"
    )


_WHAT = """<div class="not">
<p><strong>What this is:</strong> VSR listens to recordings of one person's voice and guesses whether they sound
positive or negative. Calm and neutral count as positive: it means “nothing negative heard”.</p>
<p><strong>What this is not:</strong> no diagnosis, no measurement of how anybody feels, no medical device. VSR hears
how something is said, not what; a cold, a noisy room or another microphone changes what it hears, and it is often
wrong. What the person says of themselves counts more than anything below.</p></div>"""

_LEGEND = """<figcaption class="soft">Small dots: single recordings. Large dots: a day's mean, warm above the middle,
cool below, hollow where there is one recording alone.
Bars: where that mean may as well lie (95 %); the fewer recordings a day has, the longer its bar. Line: the trend,
dashed where chance alone would do as well.</figcaption>"""


def _short(period: Period) -> str:
    heard = sum(len(day.heard) for day in period.days)
    facts = [
        ("Recordings", f"{len(period.recordings)}, on {len(period.days)} day{'' if len(period.days) == 1 else 's'}"),
        ("Judged by VSR", str(heard)),
        ("Called positive by me", str(period.said(Polarity.POSITIVE))),
        ("Called negative by me", str(period.said(Polarity.NEGATIVE))),
        ("Notes", str(len(period.notes))),
    ]
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)
    trend = escape(sentence_of(period.trend, MINE))
    return f"<h2>In short</h2><p class='trend-words'>{trend}</p><dl class='facts'>{listed}</dl>"


def _notes(noted: "Sequence[KeptRecording]") -> str:
    if not noted:
        return ""
    entries = "".join(
        f"<div class='note'><p class='soft'>{day_words(one.recorded.date())}, {one.recorded:%H:%M}{_label(one)}</p>"
        f"<p>{escape(one.note.strip())}</p></div>"
        for one in noted
    )
    return f"<h2>Notes</h2>{entries}"


def _label(recording: "KeptRecording") -> str:
    word = recording.emotion or recording.polarity
    return f" · called {escape(str(word))} by me" if word else ""


def _judge(judge: Judge) -> str:
    sentences = "".join(f"<p>{escape(sentence)}</p>" for sentence in judge.words)
    return f"<section><h2>Who judged</h2><p>{escape(judge.name)}</p>{sentences}</section>"
