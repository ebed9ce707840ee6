"""Rows as the studies have them, from the files that they wrote."""

from typing import Any

from vsr_simulations.compare.costs import Traffic
from vsr_simulations.compare.table import Row
from vsr_simulations.newcomers.table import Cell
from vsr_simulations.reports.intervals import Gain


def rows_of(said: dict[str, Any]) -> tuple[Row, ...]:
    """Return a comparison's rows."""
    return tuple(
        Row(
            **one
            | {name: one[name] and Gain(**one[name]) for name in ("over_common", "over_local")}
            | {"traffic": Traffic(**one["traffic"])}
        )
        for one in said["rows"]
    )


def cells_of(said: dict[str, Any]) -> tuple[Cell, ...]:
    """Return the newcomers' cells."""
    return tuple(
        Cell(**one | {name: Gain(**one[name]) for name in ("over_federated", "over_alone")}) for one in said["cells"]
    )
