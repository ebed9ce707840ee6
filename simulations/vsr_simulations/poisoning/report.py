"""What came of poisoning: a table for a terminal and one picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vsr_simulations.poisoning.combinations import Pull
from vsr_simulations.poisoning.study import Figure, Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from rich.table import Table

_COLOURS: Final = {"none": "#b23a3a", "together": "#2f7d4f"}
_TITLES: Final = {"none": "no defence", "together": "all defences"}


def poison_table(rows: Sequence[Row]) -> "Table":
    """Return a row for each attack, share and defence: means over seeds, lowest and highest in brackets."""
    from rich.table import Table

    table = Table(title="people whom the base never heard, after the rounds", title_justify="left")
    for heading in ("attack", "malicious", "defence"):
        table.add_column(heading)
    for heading in ("UAR", "NLL", "beeps win", "without beeps", "held back", "sums left out"):
        table.add_column(heading, justify="right")
    before = ""
    for row in rows:
        if before and row.attack != before:
            table.add_section()
        before = row.attack
        figures = [_words(row.figures[name]) for name in ("uar", "nll", "trigger", "untriggered")]
        counts = [f"{row.held_back:.1f}", f"{row.sums_left_out:.1f}"]
        table.add_row(row.attack, f"{row.share:.0%}", row.defence, *figures, *counts)
    return table


def pull_table(pulls: Sequence[Pull]) -> "Table":
    """Return a row for each share of liars and way to combine sums."""
    from rich.table import Table

    table = Table(title="liars pull backwards as far as the bound of a sum lets through", title_justify="left")
    table.add_column("malicious")
    table.add_column("sums combined by")
    table.add_column("away from the honest mean, in its lengths", justify="right")
    table.add_column("lots that go backwards", justify="right")
    for pull in pulls:
        table.add_row(f"{pull.share:.0%}", pull.combination, f"{pull.away:.2f}", f"{pull.against:.0%}")
    return table


def draw_poison(rows: Sequence[Row], path: Path) -> None:
    """Draw UAR against the share of malicious machines, a panel an attack, and how often the beeps win, as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Sheet

    attacks = [attack for attack in dict.fromkeys(row.attack for row in rows) if attack != "nobody"]
    panels = [(attack, "uar") for attack in attacks] + [(one, "trigger") for one in attacks if one == "backdoor"]
    sheet = Sheet(figsize=(3.1 * len(panels), 3.4), layout="constrained")
    FigureCanvasAgg(sheet)
    for axes, (attack, figure) in zip(sheet.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        _panel(axes, rows, attack, figure)
    handles, labels = sheet.axes[0].get_legend_handles_labels()
    sheet.legend(handles, labels, ncols=2, fontsize=8, loc="outside lower center", frameon=False)
    sheet.savefig(path, dpi=130)


def _panel(axes: "Axes", rows: Sequence[Row], attack: str, figure: str) -> None:
    for defence, colour in _COLOURS.items():
        own = [row for row in rows if row.defence == defence and row.attack in {"nobody", attack}]
        points = sorted(((row.share, row.figures[figure]) for row in own), key=lambda point: point[0])
        shares = [share for share, _ in points]
        axes.plot(shares, [one.mean for _, one in points], color=colour, marker="o", label=_TITLES[defence])
        lows, highs = [one.low for _, one in points], [one.high for _, one in points]
        axes.fill_between(shares, lows, highs, color=colour, alpha=0.15, linewidth=0)
    axes.set_title(f"{attack}: beeps win" if figure == "trigger" else attack, fontsize=10)
    axes.set_xlabel("share of malicious machines")
    axes.set_ylabel("called positive with beeps" if figure == "trigger" else "UAR")
    axes.xaxis.set_major_formatter(_percent)
    if figure == "uar":
        axes.axhline(0.5, color="black", linewidth=0.8, linestyle=":")
    axes.set_ylim((0, 1.02) if figure == "trigger" else (0.15, 0.9))


def _percent(value: float, _: Any) -> str:
    return f"{value:.0%}"


def _words(figure: Figure) -> str:
    return f"{figure.mean:.3f} ({figure.low:.2f}-{figure.high:.2f})"
