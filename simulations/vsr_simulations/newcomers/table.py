"""The newcomers' table: means over people, with intervals over people and seeds, and who is worse off."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vsr_simulations.newcomers.study import Trial
from vsr_simulations.newcomers.ways import TITLES
from vsr_simulations.reports.intervals import Gain, gain, interval, worst_tenth

FEDERATED = "federated"
ALONE = "own*"
SAME = ("base", "federated", "majority")


@dataclass(frozen=True)
class Cell:
    """A way with so many clips."""

    way: str
    clips: int
    people: int
    trials: int
    """A person: seeds and halves of the sentences."""
    uar: float
    low: float
    high: float
    """95 % interval of the mean UAR: people are drawn anew, and for each of them seeds and halves (bootstrap)."""
    auroc: float
    nll: float
    ece: float
    worst_tenth: float
    over_federated: Gain
    """Against the federated model without clips of one's own."""
    over_alone: Gain
    """Against one's own clips alone."""


@dataclass(frozen=True)
class Person:
    """One newcomer by one way with so many clips: means over seeds and halves."""

    way: str
    clips: int
    user: str
    uar: float
    auroc: float
    nll: float
    ece: float


def table(trials: Sequence[Trial]) -> tuple[Cell, ...]:
    """Return a cell for each way and number of clips that was judged.

    People judged by one polarity alone have no UAR and are left out.
    """
    trials = _judged(trials)
    counts = sorted({trial.clips for trial in trials})
    cells = (
        _cell(way, [one for one in trials if one.clips == count and way in one.figures])
        for way in TITLES
        for count in counts
    )
    return tuple(cell for cell in cells if cell is not None)


def persons(trials: Sequence[Trial]) -> tuple[Person, ...]:
    """Return everybody by every way and number of clips."""
    trials = _judged(trials)
    found = []
    for way in TITLES:
        for clips, user in sorted({(one.clips, one.user) for one in trials if way in one.figures}):
            mine = [one.figures[way] for one in trials if (one.clips, one.user) == (clips, user) and way in one.figures]
            means = {name: float(np.mean([one[name] for one in mine])) for name in ("uar", "auroc", "nll", "ece")}
            found.append(Person(way, clips, user, **means))
    return tuple(found)


def markdown(cells: Sequence[Cell]) -> str:
    """Return a table of UAR with its interval and AUROC, a row a way."""
    counts = sorted({cell.clips for cell in cells})
    lines = ["| own clips | " + " | ".join(str(count) for count in counts) + " |", "|---" * (len(counts) + 1) + "|"]
    for way in dict.fromkeys(cell.way for cell in cells):
        row = {cell.clips: cell for cell in cells if cell.way == way}
        # What does not depend on the clips is said once.
        once = way in SAME and {cell.uar for cell in row.values()} == {row[min(row)].uar}
        shown = [_words(row[count]) if count in row and not (once and count > min(row)) else "" for count in counts]
        lines.append(f"| {TITLES[way]} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


def _words(cell: Cell) -> str:
    return f"{cell.uar:.3f} ({cell.low:.2f}-{cell.high:.2f}), {cell.auroc:.3f}"


def _judged(trials: Sequence[Trial]) -> list[Trial]:
    return [trial for trial in trials if not np.isnan(trial.figures["base"]["uar"])]


def _cell(way: str, mine: Sequence[Trial]) -> Cell | None:
    if not mine:
        return None
    by_user = _by_user(mine, way)
    values = [list(trials.values()) for trials in by_user.values()]
    means = [float(np.mean(one)) for one in values]
    low, high = interval(values)
    auroc, nll, ece = (_mean(mine, way, name) for name in ("auroc", "nll", "ece"))
    over_federated, over_alone = (gain(by_user, _by_user(mine, other)) for other in (FEDERATED, ALONE))
    if over_federated is None or over_alone is None:
        raise ValueError(f"{way} has no people")
    return Cell(
        way,
        mine[0].clips,
        len(values),
        max(len(one) for one in values),
        float(np.mean(means)),
        low,
        high,
        auroc,
        nll,
        ece,
        worst_tenth(means),
        over_federated,
        over_alone,
    )


def _by_user(trials: Sequence[Trial], way: str) -> dict[str, dict[tuple[int, int], float]]:
    users = sorted({one.user for one in trials})
    return {
        user: {(one.turn, one.seed): one.figures[way]["uar"] for one in trials if one.user == user} for user in users
    }


def _mean(trials: Sequence[Trial], way: str, name: str) -> float:
    """Return the mean over people of their means over trials."""
    users = sorted({one.user for one in trials})
    return float(np.mean([np.mean([one.figures[way][name] for one in trials if one.user == user]) for user in users]))
