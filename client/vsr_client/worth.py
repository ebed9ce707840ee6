"""What the base that ships is worth, as it was measured on people it never heard."""

import json
from dataclasses import dataclass
from typing import Any

from vsr_shared.shipped_base import BASES, EVALUATION_FILE


@dataclass(frozen=True)
class Worth:
    """How good a base was on people it never heard; 0.5 is chance."""

    people: int
    recordings: int
    uar: float
    """Mean share of positive and of negative recordings judged right."""
    uar_between: tuple[float, float]
    """Where it lies with 95 % of resampled people."""
    worst: float
    """Of the person it did worst on."""
    auroc: float


def worth_of(base: str) -> Worth | None:
    """Return what the base with the id `base` is worth, None for any but the one that ships: only that was measured."""
    try:
        return worth_in(json.loads((BASES / EVALUATION_FILE).read_bytes()), base)
    except (OSError, ValueError):
        return None


def worth_in(evaluation: Any, base: str) -> Worth | None:
    """Return what `evaluation`, as `vsr-server base evaluate --json` writes it, says of `base`; None where nothing."""
    try:
        own = evaluation["ways"]["base"]
        if evaluation["base"] != base:
            return None
        low, high = own["intervals"]["uar"]
        return Worth(
            people=len(own["speakers"]),
            recordings=int(own["overall"]["count"]),
            uar=float(own["overall"]["uar"]),
            uar_between=(low, high),
            worst=float(own["worst_speaker"][1]),
            auroc=float(own["overall"]["auroc"]),
        )
    except (ValueError, KeyError, TypeError, IndexError):
        return None
