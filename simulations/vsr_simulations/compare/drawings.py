"""A comparison's pictures: gains by method, the way over clips and over rounds, and each person before and after."""

from collections.abc import Iterator, Sequence

from vsr_simulations.compare.findings import TO_COMPARE_WITH, best, row_of, shown_counts
from vsr_simulations.compare.table import Person, Row, Stop
from vsr_simulations.methods.alone import BASE_ALONE, LOCAL_ONLY
from vsr_simulations.methods.fed_avg import FED_AVG, FINE_TUNED, REMEMBERED, SHIPPED
from vsr_simulations.methods.fed_voice import FED_VOICE, VOICE_REMEMBERED
from vsr_simulations.reports.charts import Curve, Dot, Point, before_after, curves, dots
from vsr_simulations.reports.drawn import Drawn

UAR = "UAR on sentences nobody taught (0.5 is chance)"
INTERVALS = "Bars and bands: 95 % over people and their trials; dashed: to compare with."
FOLLOWED = (
    VOICE_REMEMBERED.name,
    SHIPPED.name,
    FED_VOICE.name,
    REMEMBERED.name,
    FINE_TUNED.name,
    LOCAL_ONLY.name,
    FED_AVG.name,
)
"""Whose curves are drawn, the first six of them that were run."""


def gains(rows: Sequence[Row], who: str) -> Iterator[Drawn]:
    """Yield the picture of what each method gains on the common model."""
    groups, counts = gain_dots(rows), shown_counts(rows)
    if not groups or not groups[0][1]:
        return
    first = best(rows, counts[-1])
    if first is None or first.over_common is None:
        return
    drawing = dots(groups, "points of UAR gained on the common model", 0.0)
    title = (
        f"With {counts[-1]} clips {first.method} gains most on the common model: "
        f"{100 * first.over_common.mean:+.1f} points of UAR"
    )
    yield Drawn(title, drawing, f"{who} Bars: 95 % over people and their trials; grey: to compare with.")


def gain_dots(rows: Sequence[Row]) -> list[tuple[str, list[Dot]]]:
    """Return the gains on the common model, a group for each number of clips, the best first."""
    groups: list[tuple[str, list[Dot]]] = []
    for count in shown_counts(rows):
        found = [_dot(row) for row in rows if row.clips == count and row.over_common]
        ordered = sorted(found, key=lambda dot: dot.mean, reverse=True)
        groups.append((f"{count} labelled clips a person", ordered))
    return groups


def over_clips(rows: Sequence[Row], who: str) -> Iterator[Drawn]:
    """Yield the picture of UAR by number of labelled clips, where several were run."""
    counts = sorted({row.clips for row in rows})
    names = [name for name in FOLLOWED if any(row.method == name for row in rows)][:6]
    nothing = row_of(rows, BASE_ALONE.name, 0)
    if len(counts) < 3 or not names:
        return
    lines = [
        Curve(
            name,
            [
                Point(row.clips, row.uar, row.low, row.high)
                for row in sorted(
                    [*([nothing] if nothing else []), *(row for row in rows if row.method == name)],
                    key=lambda row: row.clips,
                )
            ],
            name in TO_COMPARE_WITH,
        )
        for name in names
    ]
    ends = {line.name: (line.points[0].mean, line.points[-1].mean) for line in lines}
    top = max(ends, key=lambda name: ends[name][1])
    drawing = curves(lines, "labelled clips a person, in the rounds and afterwards", UAR, roots=True)
    title = (
        f"More clips help: {top} goes from {ends[top][0]:.2f} to {ends[top][1]:.2f} with {counts[-1]} clips a person"
    )
    yield Drawn(title, drawing, f"{who} With 0 clips everybody has the base alone. {INTERVALS}")


def over_rounds(stops: Sequence[Stop], base: Row | None, who: str) -> Iterator[Drawn]:
    """Yield the picture of UAR by rounds."""
    most = max((stop.trials for stop in stops), default=0)
    names = [name for name in FOLLOWED if any((stop.method, stop.trials) == (name, most) for stop in stops)][:6]
    start = [] if base is None else [Point(0, base.uar, base.low, base.high)]
    lines = [
        Curve(
            name,
            [
                *(start if name == FED_AVG.name else []),
                *(Point(one.rounds, one.uar, one.low, one.high) for one in stops if one.method == name),
            ],
            name in TO_COMPARE_WITH,
        )
        for name in names
    ]
    if not lines:
        return
    last = max(stop.rounds for stop in stops)
    clips = stops[0].clips
    by_round = {point.x: point.mean for line in lines if line.name == FED_AVG.name for point in line.points}
    moved = f"{100 * (by_round[last] - by_round[min(by_round)]):+.1f} points" if by_round else "a little"
    drawing = curves(lines, "rounds", UAR)
    title = f"What {last} rounds move with {clips} clips each: the common model by {moved}; own clips give the rest"
    yield Drawn(title, drawing, f"{who} First seed; judged as if each round had been the last. {INTERVALS}")


def people(persons: Sequence[Person], rows: Sequence[Row], who: str) -> Iterator[Drawn]:
    """Yield, for each number of clips looked at closely, each person by the common model and by the best method."""
    for count in shown_counts(rows):
        first = best(rows, count)
        if first is None or first.over_common is None:
            continue
        uar = {(one.method, one.user): one.uar for one in persons if one.clips == count}
        users = sorted({one.user for one in persons if one.clips == count})
        pairs = [
            (user, uar[FED_AVG.name, user], uar[first.method, user])
            for user in users
            if (FED_AVG.name, user) in uar and (first.method, user) in uar
        ]
        losing = sum(after < before - 1e-9 for _, before, after in pairs)
        title = (
            f"With {count} clips {'nobody is' if not losing else f'{losing} of {len(pairs)} are'} worse off by "
            f"{first.method} than with the common model"
        )
        drawing = before_after(pairs, ("the common model", first.method), UAR)
        yield Drawn(title, drawing, f"{who} A line a person, who gains most at the top.")


def _dot(row: Row) -> Dot:
    over = row.over_common
    if over is None:
        raise ValueError(row.method)
    said = f"{100 * over.mean:+.1f}"
    return Dot(row.method, 100 * over.mean, 100 * over.low, 100 * over.high, said, row.method in TO_COMPARE_WITH)
