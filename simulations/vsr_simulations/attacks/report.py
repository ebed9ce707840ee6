"""What attacks came to: tables for a terminal, one picture, and rows for programs."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vsr_simulations.attacks.audit import Audit
from vsr_simulations.attacks.study import TASKS, Inverted, Outcome, Told

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from rich.table import Table

PUBLISHED: Final = (0.704, 0.839)
"""Gender from plain FedAvg updates of CREMA-D, by six kinds of features (Feng et al. 2021, table of attack results)."""


def as_rows(outcome: Outcome) -> dict[str, Any]:
    """Return everything for JSON, where what is infinite or does not exist is null."""
    rows = asdict(outcome) | {"published_gender": PUBLISHED}
    found: dict[str, Any] = _finite(rows)
    return found


def told_table(told: Sequence[Told]) -> "Table":
    """Return what is guessed of people, a row a view."""
    table = _table("How often the attacker is right: mean recall over people, 95 % interval over people", "server sees")
    tasks = [task for task in TASKS if any(one.task == task for one in told)]
    for task in tasks:
        one = next(one for one in told if one.task == task).found
        table.add_column(f"{task}\nchance {one.chance:.2f}, {one.people} people", justify="right")
    table.add_column("gender: nobody above", justify="right")
    for view in dict.fromkeys(one.view for one in told):
        own = {one.task: one for one in told if one.view == view}
        cells = [
            f"{one.found.uar:.2f} ({one.found.low:.2f}-{one.found.high:.2f})" for one in map(own.get, tasks) if one
        ]
        bound = own[TASKS[0]].bound
        table.add_row(view, *cells, f"{bound:.2f}" if bound < 1 else "")
    return table


def inverted_table(outcome: Outcome) -> "Table":
    """Return what is recovered of activations and labels."""
    table = _table("Activations and labels out of updates", "from")
    for heading in ("activation", "right among candidates", "label"):
        table.add_column(heading, justify="right")
    for formula in outcome.formula:
        table.add_row(f"{formula.setting}, by formula", f"cosine {formula.activation:.3f}", "", f"{formula.labels:.2f}")
    for one in outcome.inverted:
        found = one.found
        explained = f"{found.explained:.2f} ({found.low:.2f}-{found.high:.2f})"
        table.add_row(
            f"{one.what}, {one.view}, learnt", explained, f"{found.picked:.2f} of chance {found.chance:.2f}", ""
        )
    return table


def audit_table(audits: Sequence[Audit]) -> "Table":
    """Return the bounds of epsilon from below and above."""
    table = _table("Canaries in real secure sums: epsilon from below and above", "noise multiplier")
    headings = ("rounds", "games", "told wrongly", "at least, counted", "at least, Gaussian", "exactly", "ledger")
    for heading in headings:
        table.add_column(heading, justify="right")
    for one in audits:
        wrong = f"{one.false_positives} of {one.without}, {one.false_negatives} of {one.games - one.without}"
        bounds = [f"{value:.2f}" for value in (one.counted, one.gaussian, one.exact, one.upper)]
        table.add_row(f"{one.noise_multiplier:g}", str(one.rounds), str(one.games), wrong, *bounds)
    return table


def draw(outcome: Outcome, path: Path) -> None:
    """Draw what the attacker learns, a panel a task, from every view, and the audit, to a PNG at `path`."""
    from matplotlib.figure import Figure

    tasks = [task for task in TASKS if any(one.task == task for one in outcome.told)]
    figure = Figure(figsize=(14.5, 8.2), layout="constrained")
    grid = figure.subplots(2, 3).ravel()
    for axes, task in zip(grid, tasks, strict=False):
        _panel(axes, [one for one in outcome.told if one.task == task], task)
    _activations(grid[4], [one for one in outcome.inverted if one.what == "one clip"])
    _audited(grid[5], outcome.audits)
    figure.suptitle(
        "What whoever runs the server learns of a person from one round, by what the server sees. "
        "Dots: how often right; bars: 95 % over people; dotted: chance.",
        fontsize=11,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def _panel(axes: "Axes", told: Sequence[Told], task: str) -> None:
    places = range(len(told))
    for place, one in zip(places, told, strict=True):
        colour = "#b23a3a" if one.found.low > one.found.chance else "#2f7d4f"
        axes.plot([one.found.low, one.found.high], [place, place], color=colour, linewidth=3, alpha=0.5)
        axes.plot(one.found.uar, place, "o", color=colour)
        if one.bound < 1:
            axes.plot(one.bound, place, "|", color="#222222", markersize=14)
    axes.axvline(told[0].found.chance, color="#222222", linestyle=":")
    title = f"{task}: {told[0].found.people} people, {told[0].found.rows} updates"
    if task == "gender":
        axes.axvspan(*PUBLISHED, color="#e0a458", alpha=0.25, linewidth=0)
        title += "\nband: published, CREMA-D; black strokes: no attacker above"
    axes.set_title(title, fontsize=9)
    _rows(axes, [one.view for one in told])
    axes.set(xlim=(0, 1.02), xlabel="mean recall over people")


def _activations(axes: "Axes", inverted: Sequence[Inverted]) -> None:
    for place, one in enumerate(inverted):
        shown = [max(value, -0.5) for value in (one.found.low, one.found.high, one.found.explained)]
        axes.plot(shown[:2], [place, place], color="#4a7c72", linewidth=3, alpha=0.5)
        axes.plot(shown[2], place, "o", color="#4a7c72")
    axes.axvline(0, color="#222222", linestyle=":")
    axes.set_title(
        "activation of one clip, learnt: part of it recovered\n0: as good as the mean of other people", fontsize=9
    )
    _rows(axes, [one.view for one in inverted])
    axes.set(xlim=(-0.55, 1.02), xlabel="part explained (below -0.5 drawn there)")


def _audited(axes: "Axes", audits: Sequence[Audit]) -> None:
    noisy = [one for one in audits if one.noise_multiplier]
    for place, one in enumerate(noisy):
        axes.plot([one.gaussian, one.upper], [place, place], color="#2f4858", linewidth=3, alpha=0.4)
        axes.plot(one.counted, place, ".", color="#9aa5b1", label="" if place else "at least, by counting alone")
        axes.plot(one.gaussian, place, "o", color="#2f4858", label="" if place else "at least, canaries")
        axes.plot(one.upper, place, "|", color="#b23a3a", markersize=14, label="" if place else "at most, the ledger")
    axes.set_title("epsilon from below and above, real secure sums", fontsize=9)
    _rows(axes, [f"noise {one.noise_multiplier:g}, {one.rounds} round{'s' * (one.rounds > 1)}" for one in noisy])
    axes.set(xlim=(0, None), xlabel="epsilon at delta 1e-6")
    axes.legend(fontsize=8, frameon=False)


def _rows(axes: "Axes", names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_ylim(len(names) - 0.5, -0.5)


def _table(title: str, first: str) -> "Table":
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    table.add_column(first)
    return table


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
