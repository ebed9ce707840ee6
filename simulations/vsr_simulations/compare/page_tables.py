"""The tables of a comparison's page: methods, people, costs, sources."""

from collections.abc import Sequence

from vsr_simulations.compare.baselines import BASELINES
from vsr_simulations.compare.findings import TO_COMPARE_WITH, best, shown_counts
from vsr_simulations.compare.methods import METHODS
from vsr_simulations.compare.table import Person, Row
from vsr_simulations.compare.words import gain_words, worse_words
from vsr_simulations.reports.page import Table


def method_table(rows: Sequence[Row], count: int) -> Table:
    """Return every method's figures with so many clips."""
    mine = [row for row in rows if row.clips == count]
    heads = (
        "method",
        "UAR (95 %)",
        "AUROC",
        "NLL",
        "ECE",
        "UAR, worst tenth",
        "points over the common model (95 %)",
        "worse off than with it",
        "worse off than alone",
        "trials a person",
    )
    lines = [
        (
            row.method,
            f"{row.uar:.3f} ({row.low:.3f} to {row.high:.3f})",
            f"{row.auroc:.3f}",
            f"{row.nll:.3f}",
            f"{row.ece:.3f}",
            f"{row.worst_tenth:.3f}",
            gain_words(row.over_common) or "–",
            worse_words(row.over_common) or "–",
            worse_words(row.over_local) or "–",
            str(row.trials),
        )
        for row in mine
    ]
    first = best(rows, count)
    strong = frozenset(number for number, row in enumerate(mine) if row is first)
    people = max(row.people for row in mine)
    return Table(
        f"{count} labelled clips a person; means over {people} people; in bold the best that could ship",
        heads,
        lines,
        strong,
    )


def people_table(people: Sequence[Person], rows: Sequence[Row], count: int) -> Table:
    """Return everybody's figures by every method with so many clips."""
    mine = [one for one in people if one.clips == count]
    methods = [row.method for row in rows if row.clips == count]
    users = sorted({one.user for one in mine})
    figures = {(one.method, one.user): one for one in mine}
    lines = []
    for method in methods:
        cells = []
        for user in users:
            one = figures.get((method, user))
            cells.append(f"{one.uar:.2f} · {one.auroc:.2f} · {one.nll:.2f} · {one.ece:.2f}" if one else "–")
        lines.append((method, *cells))
    caption = f"{count} labelled clips: each person's UAR · AUROC · NLL · ECE, means over trials"
    return Table(caption, ("method", *users), lines)


def cost_table(rows: Sequence[Row]) -> Table:
    """Return what one person's machine sends, gets and computes."""
    count = shown_counts(rows)[-1] if shown_counts(rows) else 0
    mine = [row for row in rows if row.clips == count]
    heads = (
        "method",
        "numbers that travel",
        "up, MB a round",
        "down, MB a round",
        "processor, s a round",
        "processor, s at the end",
    )
    lines = [
        (
            row.method,
            f"{row.traffic.numbers:,}" if row.traffic.numbers else "none",
            f"{row.traffic.bytes_up / 1e6:.3f}" if row.traffic.numbers else "–",
            f"{row.traffic.bytes_down / 1e6:.3f}" if row.traffic.numbers else "–",
            f"{row.round_seconds:.3f}" if row.round_seconds else "–",
            f"{row.own_seconds:.3f}",
        )
        for row in mine
    ]
    return Table(f"One person with {count} labelled clips", heads, lines)


def sources_table(rows: Sequence[Row]) -> Table:
    """Return where the methods come from, and what each is there for."""
    names = dict.fromkeys(row.method for row in rows)
    known = {one.name: one.source for one in BASELINES} | {one.name: one.source for one in METHODS}
    kinds = ("to compare with" if name in TO_COMPARE_WITH else "could ship" for name in names)
    lines = [(name, known.get(name, ""), kind) for name, kind in zip(names, kinds, strict=True)]
    return Table("Methods and where they come from", ("method", "source", "what for"), lines)
