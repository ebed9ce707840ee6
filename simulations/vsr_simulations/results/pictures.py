"""The results page's pictures, from the studies' files."""

import json
from collections.abc import Iterator
from pathlib import Path

from vsr_simulations.compare.drawings import gain_dots
from vsr_simulations.newcomers.drawings import UAR, clip_curves
from vsr_simulations.reports.charts import curves, dots
from vsr_simulations.reports.pictures import png
from vsr_simulations.results.read_back import cells_of, rows_of


def draw_all(folder: Path, to: Path) -> Iterator[Path]:
    """Draw what there is to draw and yield the pictures' paths."""
    newcomers, compared = folder / "newcomers" / "table.json", folder / "compare" / "table.json"
    if newcomers.exists() and (lines := clip_curves(cells_of(json.loads(newcomers.read_text(encoding="utf-8"))))):
        path = to / "newcomers.png"
        png(curves(lines, "labelled clips of the newcomer's own", UAR, roots=True), path)
        yield path
    if compared.exists():
        groups = gain_dots(rows_of(json.loads(compared.read_text(encoding="utf-8"))))
        if groups and groups[0][1]:
            path = to / "methods.png"
            png(dots(groups, "points of UAR gained on the common model", 0.0), path)
            yield path
