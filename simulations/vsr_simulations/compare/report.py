"""A comparison as files: one page for people, tables for programs."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vsr_simulations.compare.circumstances import Circumstances
from vsr_simulations.compare.page import compare_page
from vsr_simulations.compare.study import Piece
from vsr_simulations.compare.table import Row, persons, stops


def write(out: Path, found: Sequence[Piece], rows: Sequence[Row], given: Circumstances) -> Path:
    """Write `table.json`, `methods.csv`, `people.csv` and `compare.html` into `out`; return the page's path."""
    people, way = persons(found), stops(found)
    said = {
        "base": given.base,
        "corpora": given.corpora,
        "plan": asdict(given.plan),
        "machine": given.machine,
        "minutes": given.minutes,
        "processor_minutes": given.processor_minutes,
        "pieces": given.pieces,
        "planned": given.planned,
        "rows": [asdict(row) for row in rows],
        "people": [asdict(one) for one in people],
        "rounds": [asdict(one) for one in way],
    }
    (out / "table.json").write_text(json.dumps(said, indent=1))
    _csv(out / "methods.csv", [_flat(asdict(row)) for row in rows])
    _csv(out / "people.csv", [asdict(one) for one in people])
    path = out / "compare.html"
    path.write_text(compare_page(found, rows, given), encoding="utf-8")
    return path


def _flat(fields: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in fields.items():
        flat |= {f"{name}_{key}": item for key, item in value.items()} if isinstance(value, dict) else {name: value}
    return flat


def _csv(path: Path, lines: Sequence[Mapping[str, Any]]) -> None:
    names = list(dict.fromkeys(name for line in lines for name in line))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(lines)
