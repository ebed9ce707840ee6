"""A comparison's figures in words: a table for a terminal, a gain with its interval, who is worse off."""

from collections.abc import Sequence

from vsr_simulations.compare.table import Row
from vsr_simulations.reports.intervals import Gain


def markdown(found: Sequence[Row]) -> str:
    """Return the rows as a table."""
    heads = (
        "own clips",
        "method",
        "UAR",
        "AUROC",
        "NLL",
        "ECE",
        "worst tenth",
        "over the common model",
        "worse off",
        "trials",
    )
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    lines += [
        f"| {row.clips} | {row.method} | {row.uar:.3f} ({row.low:.2f}-{row.high:.2f}) | {row.auroc:.3f} | "
        f"{row.nll:.3f} | {row.ece:.3f} | {row.worst_tenth:.3f} | {gain_words(row.over_common)} | "
        f"{worse_words(row.over_common)} | {row.trials} |"
        for row in found
    ]
    return "\n".join(lines)


def gain_words(found: Gain | None) -> str:
    """Return a gain in points of UAR with its interval."""
    return "" if found is None else f"{100 * found.mean:+.1f} ({100 * found.low:+.1f} to {100 * found.high:+.1f})"


def worse_words(found: Gain | None) -> str:
    """Return the share of people who are worse off."""
    return "" if found is None else f"{found.worse_off:.0%}"
