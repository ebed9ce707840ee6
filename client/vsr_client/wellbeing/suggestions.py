"""Which suggestions a page shows today: some of those that fit, the same ones all day long."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Final

from vsr_client.wellbeing.catalogue import Suggestion, Tone

SHOWN: Final = 6
FIRST: Final[dict[Tone, tuple[str, ...]]] = {
    "few": ("breathing",),
    "positive": (),
    "mixed": ("breathing",),
    "negative": ("people", "breathing"),
}
"""Kinds that a tone always offers, in this order: after hard days, people come before exercises."""


def choose(suggestions: Sequence[Suggestion], tone: Tone, day: date, shown: int = SHOWN) -> list[Suggestion]:
    """Return at most `shown` of the `suggestions` that fit `tone`, of as many kinds as there are.

    The order is drawn by a hash of `day` and a suggestion's id: nothing jumps when the page is loaded again, tomorrow
    brings others, and an entry that comes or goes leaves the order of the others as it is.
    """
    fitting = sorted((entry for entry in suggestions if tone in entry.fits), key=lambda entry: _draw(day, entry.id))
    chosen: list[Suggestion] = []
    for kind in FIRST[tone]:
        chosen += [entry for entry in fitting if entry.kind == kind][:1]
    for entry in fitting:
        if entry.kind not in {one.kind for one in chosen}:
            chosen.append(entry)
    chosen += [entry for entry in fitting if entry not in chosen]
    return chosen[:shown]


def _draw(day: date, name: str) -> bytes:
    return hashlib.sha256(f"{day.isoformat()} {name}".encode()).digest()
