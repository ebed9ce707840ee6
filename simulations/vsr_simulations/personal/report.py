"""The trials' outcome for people: tables for a terminal and a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vsr_simulations.personal.outcome import FIGURES, Row, Summary
from vsr_simulations.personal.ways import BASE, PERSONAL, TITLES, UNGATED

if TYPE_CHECKING:
    from rich.table import Table


def people_table(summary: Summary, heard: Mapping[str, str], mark: str = "") -> "Table":
    """Return a row a person, before and after teaching; who the base heard is marked, the title begins with `mark`."""
    from rich.table import Table

    title = f"{mark}{summary.clips} clips of one half of the sentences taught, judged by the other half"
    table = Table(title=title, title_justify="left")
    table.add_column("person")
    for heading in ("UAR", "AUROC", "NLL", "ECE", "let in by the gate", "draws worse off"):
        table.add_column(heading, justify="right")
    for row in summary.rows:
        name = f"{row.user} ({heard[row.user]})" if row.user in heard else row.user
        table.add_row(name, *_before_after(row.figures), f"{row.kept:.0%}", f"{row.worse:.0%}")
    table.add_section()
    table.add_row(
        "mean", *_before_after(summary.means), f"{summary.kept:.0%}", f"{summary.worse_draws:.0%}", style="bold"
    )
    return table


def ways_table(summary: Summary, mark: str = "") -> "Table":
    """Return a row a way to judge, means over people; the title begins with `mark`."""
    from rich.table import Table

    table = Table(
        title=f"{mark}{summary.clips} clips taught: means over {len(summary.rows)} people", title_justify="left"
    )
    table.add_column("way")
    for heading in ("UAR", "AUROC", "NLL", "ECE", "UAR of the worst tenth"):
        table.add_column(heading, justify="right")
    for way, title in TITLES.items():
        figures = [f"{summary.means[way][name]:.3f}" for name in FIGURES]
        table.add_row(title, *figures, f"{summary.worst_tenth[way]:.3f}")
    return table


def closing_line(summary: Summary) -> str:
    """Return in a sentence who is worse off."""
    people = len(summary.rows)
    return (
        f"{summary.clips} clips: {summary.worse_users} of {people} people are worse off in the mean of their draws; "
        f"{summary.worse_draws:.1%} of all draws are; the gate let {summary.kept:.0%} in"
    )


def draw_before_after(summaries: Sequence[Summary], heard: Mapping[str, str], path: Path) -> None:
    """Draw each person's UAR untaught and taught, one panel for each number of clips, as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.5 * len(summaries), 1.8 + 0.32 * len(summaries[0].rows)), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, summary in zip(figure.subplots(1, len(summaries), squeeze=False)[0], summaries, strict=True):
        rows = sorted(summary.rows, key=_untaught)
        places = np.arange(len(rows))
        values = {way: [row.figures[way]["uar"] for row in rows] for way in (BASE, PERSONAL, UNGATED)}
        for place, before, after in zip(places, values[BASE], values[PERSONAL], strict=True):
            axes.plot([before, after], [place, place], color="#2f7d4f" if after >= before else "#b23a3a", linewidth=2)
        axes.scatter(values[UNGATED], places, marker="x", color="#999999", s=25, label=TITLES[UNGATED])
        axes.scatter(values[BASE], places, color="#bdbdbd", edgecolor="black", label=TITLES[BASE], zorder=3)
        axes.scatter(values[PERSONAL], places, color="#d9822b", edgecolor="black", label=TITLES[PERSONAL], zorder=3)
        axes.axvline(0.5, color="black", linewidth=0.8, linestyle=":")
        axes.set_yticks(places, [f"{row.user} (heard)" if row.user in heard else row.user for row in rows])
        axes.set_xlim(0.4, 1.02)
        axes.set_xlabel("UAR on sentences that were not taught (0.5 is chance)")
        axes.set_title(f"{summary.clips} clips taught", fontsize=10)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, ncols=3, fontsize=8, loc="outside lower center", frameon=False)
    figure.savefig(path, dpi=130)


def _untaught(row: Row) -> float:
    return row.figures[BASE]["uar"]


def _before_after(figures: Mapping[str, Mapping[str, float]]) -> list[str]:
    return [f"{figures[BASE][name]:.3f} → {figures[PERSONAL][name]:.3f}" for name in FIGURES]
