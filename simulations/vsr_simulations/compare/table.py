"""The comparison as a table: means over people with intervals, and who is worse off than with the common model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vsr_simulations.compare.study import Judgement
from vsr_simulations.methods.fed_avg import FED_AVG
from vsr_simulations.newcomers.table import interval


@dataclass(frozen=True)
class Row:
    """A method with so many clips a person."""

    method: str
    clips: int
    uar: float
    low: float
    high: float
    """95 % interval of the mean UAR over people and seeds."""
    auroc: float
    nll: float
    ece: float
    worst_tenth: float
    worse_off: float
    """Share of people whose mean UAR is below FedAvg's common model's."""


def rows(judgements: Sequence[Judgement]) -> tuple[Row, ...]:
    """Return a row for each method and number of clips, in the order in which they came.

    People judged by one polarity alone have no UAR and are left out.
    """
    judgements = [one for one in judgements if not np.isnan(one.figures["uar"])]
    keys = dict.fromkeys((one.clips, one.method) for one in judgements)
    return tuple(_row(method, clips, judgements) for clips, method in sorted(keys, key=lambda key: key[0]))


def markdown(found: Sequence[Row]) -> str:
    """Return the rows as a table."""
    lines = ["| own clips | method | UAR | AUROC | NLL | ECE | worst tenth | worse off |", "|---" * 8 + "|"]
    lines += [
        f"| {row.clips} | {row.method} | {row.uar:.3f} ({row.low:.2f}-{row.high:.2f}) | {row.auroc:.3f} | "
        f"{row.nll:.3f} | {row.ece:.3f} | {row.worst_tenth:.3f} | {row.worse_off:.0%} |"
        for row in found
    ]
    return "\n".join(lines)


def _row(method: str, clips: int, judgements: Sequence[Judgement]) -> Row:
    mine = [one for one in judgements if (one.method, one.clips) == (method, clips)]
    users = sorted({one.user for one in mine})
    by_user = _by_user(mine, users)
    means = np.array([np.mean(values) for values in by_user])
    common = _by_user([one for one in judgements if (one.method, one.clips) == (FED_AVG.name, clips)], users)
    against = np.array([np.mean(values) if values else np.nan for values in common])
    low, high = interval(by_user)
    auroc, nll, ece = (float(np.mean([one.figures[name] for one in mine])) for name in ("auroc", "nll", "ece"))
    worst = float(np.sort(means)[: max(1, len(means) // 10)].mean())
    return Row(
        method, clips, float(means.mean()), low, high, auroc, nll, ece, worst, float(np.mean(means < against - 1e-9))
    )


def _by_user(judgements: Sequence[Judgement], users: Sequence[str]) -> list[list[float]]:
    return [[one.figures["uar"] for one in judgements if one.user == user] for user in users]
