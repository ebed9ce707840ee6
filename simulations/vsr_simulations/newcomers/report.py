"""What newcomers get, as files: one page for people, tables for programs."""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from vsr_simulations.newcomers.circumstances import Circumstances
from vsr_simulations.newcomers.page import newcomers_page
from vsr_simulations.newcomers.study import Trial
from vsr_simulations.newcomers.table import persons, table


def write(out: Path, trials: Sequence[Trial], given: Circumstances) -> Path:
    """Write `table.json`, `people.csv` and `newcomers.html` into `out`; return the page's path."""
    cells, people = table(trials), persons(trials)
    said = asdict(given) | {"cells": [asdict(cell) for cell in cells], "people": [asdict(one) for one in people]}
    (out / "table.json").write_text(json.dumps(said, indent=1))
    with (out / "people.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(asdict(people[0])) if people else [])
        writer.writeheader()
        writer.writerows(asdict(one) for one in people)
    path = out / "newcomers.html"
    path.write_text(newcomers_page(cells, people, given), encoding="utf-8")
    return path
