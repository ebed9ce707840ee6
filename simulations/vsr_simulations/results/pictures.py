"""The results page's pictures, from the studies' files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vsr_simulations.compare.drawings import gains
from vsr_simulations.newcomers.drawings import by_clips
from vsr_simulations.results.read_back import cells_of, rows_of


def draw_all(folder: Path, to: Path) -> Iterator[Path]:
    """Draw what there is to draw and yield the pictures' paths."""
    if said := _read(folder / "newcomers" / "table.json"):
        who = f"{said['cells'][0]['people']} people of {said['corpus']}, whom the base never heard; {_seeds(said)}."
        for drawn in by_clips(cells_of(said), who):
            drawn.png(to / "newcomers.png")
            yield to / "newcomers.png"
    if said := _read(folder / "compare" / "table.json"):
        most = max(row["people"] for row in said["rows"])
        who = f"{most} people of {', '.join(said['corpora'])}, whom the base never heard; {_seeds(said)}."
        for drawn in gains(rows_of(said), who):
            drawn.png(to / "methods.png")
            yield to / "methods.png"


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def _seeds(said: dict[str, Any]) -> str:
    count = len(said["plan"]["seeds"])
    return f"both halves of the sentences, {count} seed{'s' * (count != 1)}"
