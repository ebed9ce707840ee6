"""What is promised to a person who takes part, and what is not kept, in plain words."""

from dataclasses import dataclass
from typing import Final

SECURE_SUM: Final = "secure sum"
NOISE: Final = "noise"
"""Names of what is done to an update before it leaves."""


@dataclass(frozen=True)
class Promise:
    """One thing that a person should know before they take part."""

    id: str
    kept: bool
    title: str
    text: str


def steps_of(*, noise: bool) -> tuple[str, ...]:
    """Return what an update goes through here before it leaves, in order; it never leaves without masks."""
    return (NOISE, SECURE_SUM) if noise else (SECURE_SUM,)


def promises(smallest_sum: int, *, noise: bool) -> tuple[Promise, ...]:
    """Return what holds for a person who asks for sums over at least `smallest_sum` people, kept promises first.

    `noise` says whether the server asked for noise when it last asked.
    """
    return (
        Promise(
            "voice_stays",
            True,
            "Your voice stays here",
            "Recordings, labels, notes and what VSR said of them are never sent. The message has no place for them.",
        ),
        Promise(
            "sum_only",
            True,
            "Only sums can be read",
            "Your update is masked here before it leaves. The masks cancel only when updates are added up, so the "
            f"server can read a sum over at least {smallest_sum} people and nobody's own part of it. Your machine "
            "checks this each time and refuses otherwise. It cannot see whether every other machine belongs to a real "
            "person: an operator could invent some. Take part with somebody whom you trust not to.",
        ),
        Promise(
            "own_code",
            True,
            "Nobody runs anything here",
            "The server sends numbers and gets numbers. Programs that it might send are never opened.",
        ),
        Promise(
            "recorded",
            True,
            "Everything that leaves is written down first",
            "The list on this page is kept here, encrypted. What cannot be written down is not sent.",
        ),
        _noisy(noise),
    )


def _noisy(kept: bool) -> Promise:
    if kept:
        return Promise(
            "noise",
            True,
            "Noise hides what is yours alone",
            "Random noise is added here before anything leaves. It limits what anybody can learn about you from the "
            "sums. Your machine keeps count, and stops at the budget that you set below.",
        )
    return Promise(
        "noise",
        False,
        "No noise is added here",
        "Noise would hide what is yours alone, even in the sum. Without it there is no limit on what many sums "
        "together might give away about you. Set a budget below, and your machine takes part with noise alone.",
    )
