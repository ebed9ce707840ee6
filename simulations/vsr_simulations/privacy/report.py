"""Utility against epsilon as a table and as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vsr_simulations.privacy.study import Point

if TYPE_CHECKING:
    from rich.table import Table

_COLOURS: Final = ("#9aa5b1", "#e0a458", "#c1666b", "#4a7c72", "#2f4858", "#6a4c93")


def table_of(points: Sequence[Point]) -> "Table":
    """Return one row a point."""
    from rich.table import Table

    table = Table(title="The common model on speakers nobody learnt from", title_justify="left")
    for heading in ("shared", "numbers", "people a round", "epsilon", "noise", "rounds", "UAR", "AUROC", "NLL", "gain"):
        table.add_column(heading, justify="left" if heading == "shared" else "right")
    for point in points:
        gain = point.figures["uar"] - point.start["uar"]
        table.add_row(
            point.part,
            f"{point.numbers:,}",
            f"{point.people:,}" if point.people else "any",
            f"{point.epsilon:g}" if point.epsilon else "none",
            f"{point.noise_multiplier:.2f}",
            str(point.rounds),
            *(f"{point.figures[name]:.3f}" for name in ("uar", "auroc", "nll")),
            f"{gain:+.3f}",
        )
    return table


def draw(points: Sequence[Point], path: Path) -> None:
    """Draw UAR against the people in a round, a panel a shared part and a line an epsilon, to a PNG at `path`."""
    from matplotlib.figure import Figure

    parts = list(dict.fromkeys(point.part for point in points))
    figure = Figure(figsize=(5.2 * len(parts), 4.2), layout="constrained")
    axes = figure.subplots(1, len(parts), sharey=True, squeeze=False)[0]
    for axis, part in zip(axes, parts, strict=True):
        own = [point for point in points if point.part == part]
        axis.axhline(own[0].start["uar"], color="#666666", linestyle=":", label="before the rounds")
        for point in own:
            if not point.epsilon:
                axis.axhline(point.figures["uar"], color="#222222", label="no noise")
        targets = sorted({point.epsilon for point in own if point.epsilon})
        for colour, target in zip(_COLOURS, targets, strict=False):
            line = sorted((point.people, point.figures["uar"]) for point in own if point.epsilon == target)
            axis.plot(*zip(*line, strict=True), marker="o", color=colour, label=f"epsilon {target:g}")
        axis.set(xscale="log", xlabel="people in a round", title=f"{part}: {own[0].numbers:,} numbers")
    axes[0].set_ylabel("UAR, speakers nobody learnt from")
    axes[0].legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
