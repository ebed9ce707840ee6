"""What a comparison found, in sentences: the best method, what it gains, who loses, what it must beat."""

from collections.abc import Sequence
from typing import Final

from vsr_simulations.compare.baselines import BASELINES
from vsr_simulations.compare.methods import METHODS
from vsr_simulations.compare.table import Row
from vsr_simulations.compare.words import gain_words
from vsr_simulations.methods.alone import BASE_ALONE, LOCAL_ONLY
from vsr_simulations.methods.fed_avg import FED_AVG, SHIPPED

BASELINE_NAMES: Final = frozenset(one.name for one in BASELINES)
NOT_PRIVATE: Final = frozenset(one.name for one in METHODS if one.gathers)
TO_COMPARE_WITH: Final = BASELINE_NAMES | NOT_PRIVATE | {BASE_ALONE.name, LOCAL_ONLY.name, FED_AVG.name}
"""What is there to compare with, not to choose."""


def shown_counts(rows: Sequence[Row]) -> tuple[int, ...]:
    """Return the numbers of clips to look at closely: 10 and 30 where they were run, else the largest two."""
    there = sorted({row.clips for row in rows if row.clips})
    return tuple(count for count in (10, 30) if count in there) or tuple(there[-2:])


def row_of(rows: Sequence[Row], method: str, clips: int) -> Row | None:
    """Return a method's row with so many clips, None where it was not run."""
    return next((row for row in rows if (row.method, row.clips) == (method, clips)), None)


def best(rows: Sequence[Row], clips: int) -> Row | None:
    """Return the row of the method with the highest UAR among those that could ship and had as many trials as any."""
    most = max((row.trials for row in rows if row.clips == clips), default=0)
    able = [row for row in rows if (row.clips, row.trials) == (clips, most) and row.method not in TO_COMPARE_WITH]
    return max(able, key=lambda row: row.uar, default=None)


def headline(rows: Sequence[Row]) -> str:
    """Return the finding in a title."""
    said = []
    for count in shown_counts(rows):
        if row := best(rows, count):
            points = f"{100 * row.over_common.mean:+.1f} points" if row.over_common else f"UAR {row.uar:.3f}"
            said.append(f"{points} of UAR with {count} clips ({row.method})")
    return f"What methods of personalisation give: {'; '.join(said)}" if said else "Methods of personalisation"


def sentences(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return what was found with each number of clips that is looked at closely, in a few sentences."""
    found: list[str] = []
    for count in shown_counts(rows):
        first, common, ships = best(rows, count), row_of(rows, FED_AVG.name, count), row_of(rows, SHIPPED.name, count)
        if first is None or common is None:
            continue
        over = f", {gain_words(first.over_common)} points over it" if first.over_common else ""
        found.append(
            f"With {count} labelled clips a person, {first.method} does best: UAR {first.uar:.3f} "
            f"({first.low:.3f} to {first.high:.3f}), where the common model has {common.uar:.3f}{over}. "
            f"{_losers(first)}"
        )
        if ships is not None and ships.method != first.method:
            found.append(
                f"What ships has UAR {ships.uar:.3f}, {gain_words(ships.over_common)} points over the common model. "
                f"{_losers(ships)}"
            )
        plain = [row for row in rows if row.clips == count and row.method in BASELINE_NAMES]
        if plain:
            top = max(plain, key=lambda row: row.uar)
            found.append(f"The best baseline with {count} clips is {top.method}: UAR {top.uar:.3f}, NLL {top.nll:.3f}.")
    return tuple(found)


def _losers(row: Row) -> str:
    words = []
    for found, against in ((row.over_common, "the common model"), (row.over_local, "training alone")):
        if found is not None:
            words.append(f"{round(found.worse_off * row.people)} of {row.people} are worse off than with {against}")
    return f"{'; '.join(words)}." if words else ""
