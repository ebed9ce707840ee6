"""The newcomers' table: means over people, with intervals over people and seeds, and who is worse off."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from vsr_simulations.newcomers.study import Trial
from vsr_simulations.newcomers.ways import TITLES

RESAMPLED = 2000


@dataclass(frozen=True)
class Cell:
    """A way with so many clips."""

    way: str
    clips: int
    uar: float
    low: float
    high: float
    """95 % interval of the mean UAR: people are drawn anew, and for each of them seeds and halves (bootstrap)."""
    auroc: float
    nll: float
    worst_tenth: float
    worse_off: float
    """Share of people whose mean UAR is below that of the federated model without clips."""


def table(trials: Sequence[Trial]) -> tuple[Cell, ...]:
    """Return a cell for each way and number of clips.

    People judged by one polarity alone have no UAR and are left out.
    """
    trials = [trial for trial in trials if not np.isnan(trial.figures["base"]["uar"])]
    counts = sorted({trial.clips for trial in trials})
    return tuple(_cell(way, count, [one for one in trials if one.clips == count]) for way in TITLES for count in counts)


def as_rows(cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """Return the cells for JSON."""
    return [asdict(cell) for cell in cells]


def markdown(cells: Sequence[Cell]) -> str:
    """Return a table of UAR with its interval and AUROC, a row a way."""
    counts = sorted({cell.clips for cell in cells})
    lines = ["| | " + " | ".join(str(count) for count in counts) + " |", "|---" * (len(counts) + 1) + "|"]
    for way, title in TITLES.items():
        row = [cell for cell in cells if cell.way == way]
        shown = [f"{cell.uar:.3f} ({cell.low:.2f}-{cell.high:.2f}), {cell.auroc:.3f}" for cell in row]
        lines.append(f"| {title} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


def _cell(way: str, count: int, mine: Sequence[Trial]) -> Cell:
    users = sorted({trial.user for trial in mine})
    by_user = [[trial.figures[way]["uar"] for trial in mine if trial.user == user] for user in users]
    common = [np.mean([trial.figures["federated"]["uar"] for trial in mine if trial.user == user]) for user in users]
    means = np.array([np.mean(values) for values in by_user])
    low, high = interval(by_user)
    auroc, nll = (float(np.mean([trial.figures[way][name] for trial in mine])) for name in ("auroc", "nll"))
    worst = float(np.sort(means)[: max(1, len(means) // 10)].mean())
    worse = float(np.mean(means < np.array(common) - 1e-9))
    return Cell(way, count, float(np.mean(means)), low, high, auroc, nll, worst, worse)


def interval(by_user: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return the 95 % interval of the mean over people, each one's trials and then the people drawn anew."""
    random = np.random.default_rng(0)
    most = max(len(values) for values in by_user)
    # Who has fewer trials than others has theirs repeated: the mean over them is what counts.
    values = np.stack([np.resize(np.asarray(one, np.float64), most) for one in by_user])
    people = random.integers(len(values), size=(RESAMPLED, len(values), 1))
    trials = random.integers(most, size=(RESAMPLED, len(values), most))
    means = np.mean(np.mean(values[people, trials], axis=2), axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
