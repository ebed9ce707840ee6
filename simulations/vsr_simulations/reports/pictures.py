"""Pictures that follow the reader's choice of light or dark: Matplotlib's SVG with its colours named.

Each colour is drawn by its light value; in the SVG it becomes a variable that has another value in the dark.
"""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK: Final = "#2a2620"
SOFT: Final = "#6b6356"
GRID: Final = "#e2dacb"
PAPER: Final = "#fffdf9"
SERIES: Final = ("#1f6b5e", "#c2701a", "#3d5f96", "#9a3d5c", "#7a6a1f", "#6d6a66")
"""Told apart by lightness as well as by hue; markers differ too."""
MARKERS: Final = ("o", "s", "D", "^", "v", "X")
_DARK: Final = {
    INK: "#ece6da",
    SOFT: "#b0a899",
    GRID: "#3b372f",
    PAPER: "#191815",
    "#1f6b5e": "#7cc4b2",
    "#c2701a": "#eba765",
    "#3d5f96": "#95b4e6",
    "#9a3d5c": "#e095b1",
    "#7a6a1f": "#cfbf6c",
    "#6d6a66": "#b5b1ab",
}


def new_figure(width: float, height: float) -> "Figure":
    """Return an empty figure of so many inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", facecolor=PAPER)
    FigureCanvasAgg(figure)
    return figure


def dress(axes: "Axes", x_label: str, y_label: str = "", grid: Literal["x", "y"] = "y") -> None:
    """Give axes their names and a quiet look."""
    axes.set_facecolor(PAPER)
    axes.set_xlabel(x_label, color=SOFT, fontsize=9.5)
    if y_label:
        axes.set_ylabel(y_label, color=SOFT, fontsize=9.5)
    axes.tick_params(colors=SOFT, labelsize=9.5, length=0)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(GRID)
    axes.grid(axis=grid, color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def svg(figure: "Figure") -> str:
    """Return the figure as an SVG that is light or dark as its reader has it; letters are outlines."""
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "vsr"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    light, dark = [], []
    for number, (colour, night) in enumerate(_DARK.items()):
        text = text.replace(colour, f"var(--c{number})")
        light.append(f"--c{number}:{colour}")
        dark.append(f"--c{number}:{night}")
    style = f":root{{{';'.join(light)}}}@media(prefers-color-scheme:dark){{:root{{{';'.join(dark)}}}}}"
    head = text.index(">") + 1
    return f"{text[:head]}<style>{style}</style>{text[head:]}"


def png(figure: "Figure", path: Path) -> None:
    """Write the figure, light, as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, facecolor=PAPER)
