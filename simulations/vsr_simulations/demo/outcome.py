"""What the demo came to: a row a person, as a table, as JSON and as a picture."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from vsr_shared.metrics import Scores

if TYPE_CHECKING:
    from rich.table import Table

COLUMNS: Final = {
    "common_before": "common model before",
    "common_after": "common model after",
    "personal": "personal",
    "local_only": "local only",
}


@dataclass(frozen=True)
class Row:
    """One person: the scores of each model on the recordings they held out."""

    user: str
    scores: Mapping[str, Scores]


@dataclass(frozen=True)
class Outcome:
    """All rows, and what it took."""

    voices: str
    base: str
    rows: Sequence[Row]
    rounds: int
    bytes_sent: Mapping[str, int]
    """Bytes that left each machine in the rounds: masked updates, pieces of masks, one-time keys."""
    seconds: float

    def column(self, name: str) -> list[float]:
        """Return everybody's UAR under one model."""
        return [row.scores[name].uar for row in self.rows]

    def table(self) -> "Table":
        """Return the table for a terminal."""
        from rich.table import Table

        table = Table(title="UAR on each person's held-out recordings (0.5 is chance)", title_justify="left")
        table.add_column("person")
        for heading in (*COLUMNS.values(), "sent"):
            table.add_column(heading, justify="right")
        for row in self.rows:
            figures = [f"{row.scores[name].uar:.3f}" for name in COLUMNS]
            table.add_row(row.user, *figures, f"{self.bytes_sent.get(row.user, 0) / 1e6:.1f} MB")
        table.add_section()
        means = [f"{np.mean(self.column(name)):.3f}" for name in COLUMNS]
        table.add_row("mean", *means, f"{np.mean(list(self.bytes_sent.values()) or [0]) / 1e6:.1f} MB", style="bold")
        return table

    def write(self, folder: Path) -> Path:
        """Write `demo.json` and `demo.png` to `folder` and return the picture's path."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "demo.json").write_text(json.dumps(asdict(self), indent=1) + "\n")
        return self._draw(folder / "demo.png")

    def _draw(self, path: Path) -> Path:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9, 4.5), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        groups = [*(row.user for row in self.rows), "mean"]
        places = np.arange(len(groups))
        for offset, ((name, label), colour) in enumerate(
            zip(COLUMNS.items(), ("#bdbdbd", "#5b8db8", "#d9822b", "#8a9a5b"), strict=True)
        ):
            values = self.column(name)
            heights = np.append(values, np.mean(values))
            bars = axes.bar(places + (offset - 1.5) * 0.2, heights, 0.18, label=label, color=colour)
            axes.bar_label(bars, fmt="%.2f", fontsize=7, padding=1)
        axes.axhline(0.5, color="black", linewidth=0.8, linestyle=":")
        axes.text(-0.62, 0.505, "chance", fontsize=8)
        axes.set_xlim(-0.65, len(groups) - 0.45)
        axes.set_xticks(places, groups)
        axes.set_ylim(0, 1.08)
        axes.set_ylabel("UAR on the person's held-out recordings")
        axes.set_title(f"{len(self.rows)} people, {self.rounds} rounds, {self.voices}", fontsize=10)
        figure.legend(ncols=4, fontsize=8, loc="outside lower center", frameon=False)
        figure.savefig(path, dpi=130)
        return path
