"""The drawings of a report: timeline and calendar, as SVG and tables that need nothing from outside."""

from calendar import Calendar
from collections.abc import Iterator
from datetime import date
from html import escape
from typing import Final

from vsr_client.look_back.days import Day, DayTone
from vsr_client.look_back.period import Period

SIGNS: Final[dict[DayTone, tuple[str, str]]] = {
    "positive": ("▲", "more positive"),
    "mixed": ("◆", "mixed"),
    "negative": ("▼", "more negative"),
    "few": ("●", "one recording"),
    "none": ("·", "not judged"),
}
"""A sign and a word for each tone: colour is never alone."""
_LEFT, _TOP, _WIDTH, _HEIGHT = 64.0, 12.0, 640.0, 200.0
_WEEK: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def day_words(day: date, year: bool = False) -> str:
    """Return "3 November", with the year where asked."""
    return f"{day.day} {day:%B %Y}" if year else f"{day.day} {day:%B}"


def timeline(period: Period) -> str:
    """Return an SVG of the days' means with their intervals, and of each recording."""
    return (
        f'<svg class="timeline" viewBox="0 0 {_LEFT + _WIDTH + 12:.0f} {_TOP + _HEIGHT + 34:.0f}" role="img" '
        'aria-label="Each day\'s mean with its interval; the table of days below says the same in words.">'
        f"{''.join(_frame(period))}{''.join(_line(period))}{''.join(_marks(period))}</svg>"
    )


def calendar(period: Period) -> str:
    """Return a table for each month: how many recordings a day has and how they sounded."""
    by_day = {day.day: day for day in period.days}
    used = {(day.year, day.month) for day in by_day}
    return "".join(_month(year, month, by_day, period) for year, month in _months(period) if (year, month) in used)


def table(period: Period) -> str:
    """Return the days in a table of words and numbers."""
    rows = "".join(_row(day, period) for day in period.days)
    head = "<tr><th>Day</th><th>Recordings</th><th>Sounded to VSR</th><th>Mean (interval)</th><th>I said</th></tr>"
    return f'<table class="days"><thead>{head}</thead><tbody>{rows}</tbody></table>'


def _frame(period: Period) -> Iterator[str]:
    for level, text, kind in ((1.0, "positive", "warm"), (0.5, "even", ""), (0.0, "negative", "cool")):
        y = _y(level)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_LEFT + _WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="axis {kind}" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
    length = (period.last - period.first).days
    ticks = 5 if length >= 8 else min(2, length + 1)
    for step in range(ticks):
        day = date.fromordinal(period.first.toordinal() + round(length * step / max(1, ticks - 1)))
        anchor = "middle" if 0 < step < ticks - 1 or ticks == 1 else "end" if step else "start"
        yield (
            f'<text class="axis" x="{_x(day, period):.1f}" y="{_TOP + _HEIGHT + 24}" text-anchor="{anchor}">'
            f"{day.day} {day:%b}</text>"
        )


def _line(period: Period) -> Iterator[str]:
    trend, heard = period.trend, [day for day in period.days if day.heard]
    if trend.start is not None and trend.end is not None:
        yield (
            f'<line class="trend {trend.kind}" x1="{_x(heard[0].day, period):.1f}" y1="{_y(trend.start):.1f}" '
            f'x2="{_x(heard[-1].day, period):.1f}" y2="{_y(trend.end):.1f}"/>'
        )


def _marks(period: Period) -> Iterator[str]:
    wide = min(14.0, max(1.2, 0.7 * _WIDTH / ((period.last - period.first).days + 1)))
    for day in period.days:
        estimate = period.estimates.get(day.day)
        if estimate is None:
            continue
        x, top, bottom = _x(day.day, period), _y(estimate.high), _y(estimate.low)
        size = f'width="{wide:.1f}" height="{bottom - top:.1f}"'
        yield f'<rect class="band" x="{x - wide / 2:.1f}" y="{top:.1f}" {size} rx="2"/>'
        for value in day.heard:
            yield f'<circle class="one" cx="{x:.1f}" cy="{_y(value):.1f}" r="1.4"/>'
        kind = "single" if day.tone == "few" else "warm" if estimate.mean >= 0.5 else "cool"
        radius = min(4.5, wide / 2 + 1)
        yield f'<circle class="mean {kind}" cx="{x:.1f}" cy="{_y(estimate.mean):.1f}" r="{radius:.1f}"/>'


def _x(day: date, period: Period) -> float:
    length = (period.last - period.first).days + 1
    return _LEFT + _WIDTH * ((day - period.first).days + 0.5) / length


def _y(value: float) -> float:
    return _TOP + _HEIGHT * (1 - min(max(value, 0.0), 1.0))


def _months(period: Period) -> Iterator[tuple[int, int]]:
    year, month = period.first.year, period.first.month
    while (year, month) <= (period.last.year, period.last.month):
        yield year, month
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _month(year: int, month: int, days: dict[date, Day], period: Period) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in _WEEK)
    weeks = "".join(
        "<tr>" + "".join(_cell(day, days.get(day)) if day.month == month else "<td></td>" for day in week) + "</tr>"
        for week in Calendar().monthdatescalendar(year, month)
        if week[0] <= period.last and week[-1] >= period.first
    )
    caption = f"<caption>{date(year, month, 1):%B %Y}</caption>"
    return f'<table class="month">{caption}<thead><tr>{head}</tr></thead><tbody>{weeks}</tbody></table>'


def _cell(day: date, found: Day | None) -> str:
    if found is None:
        return f'<td><span class="date">{day.day}</span></td>'
    sign, word = SIGNS[found.tone]
    said = word if found.tone == "few" else f"{len(found.recordings)} · {word}"
    return (
        f'<td class="{found.tone}"><span class="date">{day.day}</span> '
        f'<span class="sign" aria-hidden="true">{sign}</span><span class="word">{escape(said)}</span></td>'
    )


def _row(day: Day, period: Period) -> str:
    estimate = period.estimates.get(day.day)
    numbers = f"{estimate.mean:.0%} ({estimate.low:.0%} to {estimate.high:.0%})" if estimate else "–"
    said = ", ".join(f"{count} {polarity}" for polarity, count in sorted(day.labels.items(), reverse=True)) or "–"
    cells = (day_words(day.day), str(len(day.recordings)), SIGNS[day.tone][1], numbers, said)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
