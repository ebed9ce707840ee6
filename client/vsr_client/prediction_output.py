"""Predictions for people and for programs."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from vsr_shared.prediction import Prediction

if TYPE_CHECKING:
    from rich.table import Table


def as_json(file: str, prediction: Prediction, base: str, head: str) -> str:
    """Return one line of JSON."""
    segments = [
        {"start": round(part.start, 3), "end": round(part.end, 3), "positive": round(part.positive, 6)}
        for part in prediction.segments
    ]
    fields = {
        "file": file,
        "seconds": round(prediction.seconds, 3),
        "label": prediction.label,
        "positive": round(prediction.positive, 6),
        "segments": segments,
        "base": base,
        "head": head,
    }
    return json.dumps(fields, ensure_ascii=False)


def as_table(predictions: Iterable[tuple[str, Prediction]]) -> "Table":
    """Return a table: a row a segment, and one for the recording where it has several."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading, justify in (
        ("recording", "left"),
        ("part", "right"),
        ("positive", "right"),
        ("", "left"),
        ("", "left"),
    ):
        table.add_column(heading, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for file, prediction in predictions:
        rows = [(f"{part.start:.0f}–{part.end:.1f} s", part.positive) for part in prediction.segments]
        whole = (f"all {prediction.seconds:.1f} s", prediction.positive)
        for index, (span, positive) in enumerate([*rows, whole] if len(rows) > 1 else rows):
            last = index == len(rows) - 1 + (len(rows) > 1)
            label = str(prediction.label) if last else ""
            table.add_row(Text(file if index == 0 else ""), span, f"{positive:.0%}", _bar(positive), label)
    return table


def _bar(positive: float, width: int = 16) -> str:
    filled = round(positive * width)
    return "█" * filled + "·" * (width - filled)
