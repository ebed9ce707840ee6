"""The domain-shift table: each way on each kind of microphone, and on all but the laboratory's taken together."""

from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from vsr_server.microphones.catalogue import STUDIO
from vsr_simulations.engine.evaluation import FIGURES
from vsr_simulations.microphones.study import Trial
from vsr_simulations.microphones.ways import AGAINST, ALONE, BASE, BOTH, FEDERATED, TAUGHT, TITLES, VOICE
from vsr_simulations.reports.intervals import gain, interval, worst_tenth

LABORATORY: Final = STUDIO.name
EVERYDAY: Final = "all but studio"


@dataclass(frozen=True)
class Cell:
    """A way with so many clips on one kind of microphone: means over people."""

    kind: str
    way: str
    clips: int
    people: int
    uar: float
    low: float
    high: float
    """95 % interval of the mean UAR over people and their trials."""
    auroc: float
    nll: float
    ece: float
    worst_tenth: float
    """Mean UAR of the tenth of people served worst, one at least."""
    worse_off: float | None
    """Share of people whose mean UAR is below that by the way of `AGAINST` on the same microphones."""


def table(trials: Sequence[Trial]) -> tuple[Cell, ...]:
    """Return a cell for each kind, way and number of clips; people judged by one polarity alone are left out."""
    trials = [trial for trial in trials if not np.isnan(trial.figures[BASE]["uar"])]
    by_kind = {kind: [one for one in trials if one.kind == kind] for kind in dict.fromkeys(one.kind for one in trials)}
    if len(everyday := [one for one in trials if one.kind != LABORATORY]) < len(trials):
        by_kind[EVERYDAY] = everyday
    counts = sorted({trial.clips for trial in trials})
    return tuple(
        _cell(kind, way, count, mine)
        for kind, some in by_kind.items()
        for count in counts
        for way in TITLES
        if (mine := [one for one in some if one.clips == count and way in one.figures])
    )


def as_rows(cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """Return the cells for JSON."""
    return [asdict(cell) for cell in cells]


def markdown(cells: Sequence[Cell]) -> str:
    """Return UAR with its interval by kind, a column for each way and number of clips; then the other figures."""
    columns = _columns(cells)
    found = {(cell.kind, cell.way, cell.clips): cell for cell in cells}
    heads = [TITLES[way] + (f", {count}" if count else "") for way, count in columns]
    lines = ["| UAR | " + " | ".join(heads) + " |", "|---" * (len(columns) + 1) + "|"]
    for kind in dict.fromkeys(cell.kind for cell in cells):
        row = [found.get((kind, way, count)) for way, count in columns]
        shown = [f"{cell.uar:.3f} ({cell.low:.2f}-{cell.high:.2f})" if cell else "" for cell in row]
        lines.append(f"| {kind} | " + " | ".join(shown) + " |")
    lines += ["", "| | own clips | UAR | AUROC | NLL | ECE | worst tenth | worse off |", "|---" * 8 + "|"]
    for kind in (LABORATORY, EVERYDAY):
        for cell in (found[kind, *column] for column in columns if (kind, *column) in found):
            worse = "" if cell.worse_off is None else f"{cell.worse_off:.0%}"
            lines.append(
                f"| {kind}: {TITLES[cell.way]} | {cell.clips} | {cell.uar:.3f} | {cell.auroc:.3f} | {cell.nll:.3f} | "
                f"{cell.ece:.3f} | {cell.worst_tenth:.3f} | {worse} |"
            )
    return "\n".join(lines)


def _columns(cells: Sequence[Cell]) -> list[tuple[str, int]]:
    """Return ways and numbers of clips: what needs none once, the others by number."""
    counts = sorted({cell.clips for cell in cells})
    none = [(way, counts[0]) for way in (BASE, FEDERATED)]
    return none[:1] + _with(counts, ALONE, TAUGHT) + none[1:] + _with(counts, BOTH, VOICE)


def _with(counts: Sequence[int], *ways: str) -> list[tuple[str, int]]:
    return [(way, count) for way in ways for count in counts if count]


def _cell(kind: str, way: str, count: int, mine: Sequence[Trial]) -> Cell:
    users = sorted({one.user for one in mine})
    by_user = {user: _by_trial(mine, user, way) for user in users}
    against = AGAINST.get(way)
    means = np.array([np.mean(list(values.values())) for values in by_user.values()])
    low, high = interval([list(values.values()) for values in by_user.values()])
    auroc, nll, ece = (float(np.mean([one.figures[way][name] for one in mine])) for name in FIGURES[1:])
    gained = gain(by_user, {user: _by_trial(mine, user, against) for user in users}) if against else None
    worse = None if gained is None else gained.worse_off
    return Cell(
        kind, way, count, len(users), float(means.mean()), low, high, auroc, nll, ece, worst_tenth(means), worse
    )


def _by_trial(mine: Sequence[Trial], user: str, way: str) -> dict[Hashable, float]:
    return {(one.kind, one.turn, one.seed): one.figures[way]["uar"] for one in mine if one.user == user}
