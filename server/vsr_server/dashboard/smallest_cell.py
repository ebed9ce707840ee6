"""The smallest-cell rule: no figure of fewer people than a secure sum takes is ever shown.

A mean over one person is that person's figure, and one over two is each one's to the other.
"""

from collections.abc import Mapping
from typing import Any, Final

from vsr_server.database.tables import ModelVersion, Round

TOO_FEW: Final = "not shown: fewer people than a secure sum takes"
_ON_RECORDINGS_OF_THE_OPERATOR: Final = frozenset({"uar", "nll"})
_NEVER: Final = frozenset({"clips", "machines", "groups"})


def figures(row: Round, smallest: int) -> dict[str, float] | None:
    """Return the means of a round over its people; None where it has fewer than `smallest` of them.

    How many recordings they had is never among them: from round to round it would tell one person's number apart,
    by who came and who did not.
    """
    found = {name: value for name, value in numbers(row.metrics).items() if name not in _NEVER}
    return found if row.answered >= smallest else None


def figures_of_version(row: ModelVersion, people: int, smallest: int) -> dict[str, float]:
    """Return the figures of a version whose round had `people`; below `smallest` those on the operator's recordings."""
    found = {name: value for name, value in numbers(row.figures).items() if name not in _NEVER}
    return {
        name: value for name, value in found.items() if people >= smallest or name in _ON_RECORDINGS_OF_THE_OPERATOR
    }


def numbers(found: Mapping[str, Any]) -> dict[str, float]:
    """Return what is a number in `found`."""
    return {
        name: float(value)
        for name, value in found.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
