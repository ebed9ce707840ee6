"""What the trials came to: per person, in the mean, for the worst tenth, and who is worse off than untaught."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from vsr_shared.metrics import Scores
from vsr_simulations.personal.study import Trial
from vsr_simulations.personal.ways import BASE, PERSONAL, TITLES

FIGURES: Final = ("uar", "auroc", "nll", "ece")
_LOWER: Final = 1e-9


@dataclass(frozen=True)
class Row:
    """One person with so many clips taught: means over ways round and draws."""

    user: str
    figures: Mapping[str, Mapping[str, float]]
    """By way, then by figure."""
    kept: float
    """Share of the draws whose personal head the gate let in."""
    worse: float
    """Share of the draws in which teaching lowered the UAR."""


@dataclass(frozen=True)
class Summary:
    """Everybody with so many clips taught."""

    clips: int
    rows: tuple[Row, ...]
    means: Mapping[str, Mapping[str, float]]
    """By way, then by figure, over people."""
    worst_tenth: Mapping[str, float]
    """By way: mean UAR of the tenth it serves worst, one person at least."""
    kept: float
    worse_draws: float
    """Share of all draws in which teaching lowered the UAR."""
    worse_users: int
    """People whose mean UAR is lower taught than not."""

    def to_dict(self) -> dict[str, Any]:
        """Return everything for JSON, NaN as None."""
        found: dict[str, Any] = _plain(asdict(self))
        return found


def summarise(trials: Sequence[Trial]) -> tuple[Summary, ...]:
    """Return one summary for each number of clips taught."""
    return tuple(
        _summary(count, [trial for trial in trials if trial.clips == count])
        for count in sorted({trial.clips for trial in trials})
    )


def _summary(count: int, trials: Sequence[Trial]) -> Summary:
    rows = tuple(
        _row(user, [trial for trial in trials if trial.user == user])
        for user in dict.fromkeys(trial.user for trial in trials)
    )
    means = {
        way: {name: float(np.mean([row.figures[way][name] for row in rows])) for name in FIGURES} for way in TITLES
    }
    return Summary(
        clips=count,
        rows=rows,
        means=means,
        worst_tenth={way: _worst_tenth([row.figures[way]["uar"] for row in rows]) for way in TITLES},
        kept=float(np.mean([trial.kept for trial in trials])),
        worse_draws=float(np.mean([_is_worse(trial.scores) for trial in trials])),
        worse_users=sum(row.figures[PERSONAL]["uar"] < row.figures[BASE]["uar"] - _LOWER for row in rows),
    )


def _row(user: str, trials: Sequence[Trial]) -> Row:
    # A way round with more draws than the other does not count more.
    turns = [[trial for trial in trials if trial.way_round == turn] for turn in {trial.way_round for trial in trials}]

    def mean(way: str, name: str) -> float:
        return float(np.mean([np.mean([getattr(trial.scores[way], name) for trial in turn]) for turn in turns]))

    return Row(
        user=user,
        figures={way: {name: mean(way, name) for name in FIGURES} for way in TITLES},
        kept=float(np.mean([trial.kept for trial in trials])),
        worse=float(np.mean([_is_worse(trial.scores) for trial in trials])),
    )


def _is_worse(found: Mapping[str, Scores]) -> bool:
    return found[PERSONAL].uar < found[BASE].uar - _LOWER


def _worst_tenth(values: Sequence[float]) -> float:
    return float(np.mean(sorted(values)[: max(1, len(values) // 10)]))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and np.isnan(value) else value
