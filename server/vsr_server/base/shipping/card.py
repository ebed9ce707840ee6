"""The part of MODEL_CARD.md that must never be another base's: which base it is, whom it heard, how good it is.

It stands between two marks, `vsr-server base ship` writes it, and a test holds the card against the base that ships.
"""

from collections.abc import Mapping
from typing import Any, Final

from vsr_shared.base import BaseManifest
from vsr_shared.emotions import Emotion, Polarity
from vsr_shared.errors import UsageError
from vsr_shared.shipped_base import Record

BEGIN: Final = "<!-- from here on written by `vsr-server base ship` -->"
END: Final = "<!-- up to here -->"

_FIGURES: Final = {"uar": "UAR", "auroc": "AUROC", "nll": "NLL", "ece": "ECE"}
_GROUPS: Final = {"speakers": "speaker", "genders": "gender", "corpora": "corpus"}


def card_part(record: Record, manifest: BaseManifest, evaluation: Mapping[str, Any]) -> str:
    """Return the part for a base and what `vsr-server base evaluate --json` said of it.

    UsageError where the evaluation lacks a figure.
    """
    try:
        ways = evaluation["ways"]
        base = ways["base"]
        tested, count = sorted(base["speakers"]), base["overall"]["count"]
        rows = [_row("**the base**" if name == "base" else name, found) for name, found in ways.items()]
        groups = [_group(word, base[key]) for key, word in _GROUPS.items()]
        if microphones := evaluation["microphones"]:
            heard_by = {name: found["base"]["overall"] for name, found in microphones.items()}
            groups.append(_group("simulated microphone", heard_by))
        groups.append(_emotions(base["emotions"]))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UsageError(
            f"this evaluation lacks {error}; make it anew with `vsr-server base evaluate --json`"
        ) from error
    lines = [
        BEGIN,
        f"`{record.id}`, {record.size:,} bytes, SHA-256 `{record.sha256}`.",
        "",
        f"Tested on {count} recordings of {len(tested)} speakers it never heard ({', '.join(tested)}); in brackets "
        "95 % over speakers:",
        "",
        "| | UAR | AUROC | NLL | calibration error | worst speaker | worst tenth |",
        "|---|---|---|---|---|---|---|",
        *rows,
        "",
        *groups,
        "",
        *_heard(manifest),
        END,
    ]
    return "\n".join(lines)


def with_part(card: str, part: str) -> str:
    """Return `card` with `part` in its place; UsageError where the card has no place for it."""
    before, begin, rest = card.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise UsageError(f"this model card has no place for the figures: lines {BEGIN} and {END}")
    return before + part + after


def _row(name: str, found: Mapping[str, Any]) -> str:
    figures = []
    for key in _FIGURES:
        low, high = found["intervals"][key]
        figures.append(f"{_three(found['overall'][key])} ({_two(low)} to {_two(high)})")
    who, worst = found["worst_speaker"]
    return f"| {name} | {' | '.join(figures)} | {_three(worst)} ({who}) | {_three(found['worst_tenth'])} |"


def _group(word: str, found: Mapping[str, Any]) -> str:
    return f"- UAR by {word}: " + ", ".join(f"{name} {_three(scores['uar'])}" for name, scores in found.items())


def _emotions(found: Mapping[str, Any]) -> str:
    shares = []
    for name, judged in found.items():
        positive = judged["positive"] / judged["count"]
        right = positive if Emotion(name).polarity is Polarity.POSITIVE else 1 - positive
        shares.append(f"{name} {right:.0%}")
    return "- Polarity judged right by emotion: " + ", ".join(shares)


def _heard(manifest: BaseManifest) -> list[str]:
    trained = manifest.notes.get("trained_on") or manifest.heard
    chosen = manifest.notes.get("validated_on") or ()
    return [
        f"Trained on {len(trained)} speakers: {', '.join(trained)}.",
        f"Chosen and calibrated on {len(chosen)} others: {', '.join(chosen)}.",
    ]


def _three(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
