"""The kinds of drawings that studies share: curves with their bands, and dots with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vsr_simulations.reports.pictures import GRID, INK, MARKERS, PAPER, SERIES, SOFT, dress, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Point:
    """A mean and its 95 % interval."""

    x: float
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """One way, over clips or rounds."""

    name: str
    points: Sequence[Point]
    dashed: bool = False
    """For what is there to compare with; its band is not drawn."""


@dataclass(frozen=True)
class Dot:
    """One row of dots: its name, its mean with an interval, and what is said at its right."""

    name: str
    mean: float
    low: float
    high: float
    said: str
    quiet: bool = False
    """For what is there to compare with."""


def curves(lines: Sequence[Curve], x_label: str, y_label: str, *, roots: bool = False, chance: float = 0.5) -> "Figure":
    """Draw up to six curves, named at their right ends; with `roots` small numbers have more room on the x axis."""
    figure = new_figure(7.6, 4.3)
    axes = figure.subplots()
    dress(axes, x_label, y_label)
    place = np.sqrt if roots else np.asarray
    everywhere = sorted({point.x for line in lines for point in line.points})
    axes.set_xticks(place(everywhere), [f"{x:g}" for x in everywhere])
    ends = []
    for number, line in enumerate(lines):
        colour, marker = SERIES[number % len(SERIES)], MARKERS[number % len(MARKERS)]
        xs, means = place([point.x for point in line.points]), [point.mean for point in line.points]
        if not line.dashed:
            lows, highs = [point.low for point in line.points], [point.high for point in line.points]
            axes.fill_between(xs, lows, highs, color=colour, alpha=0.12, linewidth=0)
        style = "--" if line.dashed else "-"
        axes.plot(xs, means, style, color=colour, marker=marker, markersize=5, linewidth=1.8)
        ends.append((means[-1], line.name, colour, float(xs[-1])))
    if chance >= axes.get_ylim()[0]:
        axes.axhline(chance, color=SOFT, linewidth=0.9, linestyle=":")
    _name_ends(axes, ends, float(place(everywhere[-1])))
    return figure


def dots(groups: Sequence[tuple[str, Sequence[Dot]]], x_label: str, zero: float | None = None) -> "Figure":
    """Draw a panel a group, one row a dot, first at the top; `zero` is where nothing is gained."""
    most = max(len(rows) for _, rows in groups)
    figure = new_figure(max(7.6, 4.4 * len(groups) + 1.6), 0.9 + 0.3 * most)
    panels = figure.subplots(1, len(groups), sharex=True, squeeze=False)[0]
    for axes, (title, rows) in zip(panels, groups, strict=True):
        dress(axes, x_label, grid="x")
        places = np.arange(len(rows))[::-1]
        if zero is not None:
            axes.axvline(zero, color=SOFT, linewidth=1)
        for place, row in zip(places, rows, strict=True):
            colour = SERIES[5] if row.quiet else SERIES[0]
            axes.plot(
                [row.low, row.high], [place, place], color=colour, linewidth=2.2, alpha=0.55, solid_capstyle="round"
            )
            axes.plot([row.mean], [place], "o", color=colour, markersize=6)
        axes.set_yticks(places, [row.name for row in rows])
        axes.set_ylim(len(rows) - most - 0.7, len(rows) - 0.3)
        if title:
            axes.set_title(title, loc="left", fontsize=10, color=INK)
        beside = axes.secondary_yaxis("right")
        beside.set_yticks(places, [row.said for row in rows])
        beside.tick_params(colors=INK, labelsize=9, length=0)
        beside.spines["right"].set_visible(False)
    return figure


def before_after(
    people: Sequence[tuple[str, float, float]], names: tuple[str, str], x_label: str, chance: float = 0.5
) -> "Figure":
    """Draw each person's figure by one way and by another, joined, who gained least at the bottom."""
    figure = new_figure(7.6, 1.5 + 0.27 * len(people))
    axes = figure.subplots()
    dress(axes, x_label, grid="x")
    ordered = sorted(people, key=lambda one: one[2] - one[1])
    for place, (_, before, after) in enumerate(ordered):
        colour = SERIES[0] if after >= before else SERIES[3]
        axes.plot([before, after], [place, place], color=colour, linewidth=2.4, alpha=0.7)
    places = np.arange(len(ordered))
    axes.scatter([one[1] for one in ordered], places, s=42, color=PAPER, edgecolor=INK, label=names[0], zorder=3)
    axes.scatter([one[2] for one in ordered], places, s=42, color=INK, label=names[1], zorder=3)
    axes.axvline(chance, color=SOFT, linewidth=0.9, linestyle=":")
    axes.set_yticks(places, [one[0] for one in ordered])
    axes.set_ylim(-0.7, len(ordered) - 0.3)
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9.5, labelcolor=INK)
    return figure


def _name_ends(axes: "Axes", ends: Sequence[tuple[float, str, str, float]], right: float) -> None:
    """Write each curve's name at its end, apart from the others'."""
    low, high = axes.get_ylim()
    ordered = sorted(ends)
    heights = np.array([height for height, *_ in ordered])
    steps = 0.062 * (high - low) * np.arange(len(ordered))
    # Pushed up from below and down from above: the middle of both is as far apart, and nearer to the ends.
    up = np.maximum.accumulate(heights - steps) + steps
    down = np.minimum.accumulate((heights - steps)[::-1])[::-1] + steps
    for (height, name, colour, end), place in zip(ordered, (up + down) / 2, strict=True):
        axes.annotate(
            name,
            (end, height),
            xytext=(1.015, place),
            textcoords=axes.get_yaxis_transform(),
            fontsize=9.5,
            color=colour,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": GRID, "linewidth": 0.8} if end < right else None,
        )
