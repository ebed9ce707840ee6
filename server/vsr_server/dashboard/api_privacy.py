"""What the rounds cost of privacy, by what the server can know: somebody who was in every round."""

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import func
from sqlmodel import col, select

from vsr_server.dashboard.admin import Here
from vsr_server.database.tables import Machine, Round

router = APIRouter(prefix="/api", tags=["privacy"])

LARGEST_DELTA: Final = 1e-5
"""Chance with which the bound may fail, as the dashboard reckons, where there are few people; see `delta_for`."""
_POINTS: Final = 12


class Spent(BaseModel):
    """Epsilon after a number of rounds with noise."""

    rounds: int
    epsilon: float


class Privacy(BaseModel):
    """The bound of somebody who was in every round."""

    rounds_with_noise: int
    rounds_without: int
    """Rounds that no noise protects beyond the secure sum: for who was in one of them there is no bound."""
    noise_multiplier: float | None
    """The smallest of the rounds with noise."""
    clip_norm: float | None
    epsilon: float | None
    """Over the rounds with noise; null where there were none, or where they had too little for any bound."""
    delta: float
    spent: list[Spent]
    """How it grew, by at most a dozen points."""
    words: str


@router.get("/privacy")
def privacy(here: Here) -> Privacy:
    """Return what was spent."""
    with here.database.reading() as session:
        # A round that brought nothing counts too: what it was given was given.
        ended = session.exec(select(Round).where(col(Round.outcome) != "open").order_by(col(Round.number))).all()
        people = session.exec(select(func.count()).select_from(Machine)).one()
    return spent_by(ended, delta_for(people))


def delta_for(people: int) -> float:
    """Return a delta that is at most 1 over the people, so that nobody may be given away whole."""
    return min(LARGEST_DELTA, 1 / max(people, 1))


def spent_by(rounds: Sequence[Round], delta: float) -> Privacy:
    """Return what `rounds`, the oldest first, cost somebody who was in all of them."""
    noise = [one.noise_multiplier for one in rounds if one.noise_multiplier]
    without = sum(1 for one in rounds if not one.noise_multiplier and one.outcome == "done")
    after = sorted({max(1, len(noise) * part // _POINTS) for part in range(1, _POINTS + 1)}) if noise else []
    found = [Spent(rounds=each, epsilon=_epsilon(_counted(noise[:each]), delta)) for each in after]
    spent = [each for each in found if math.isfinite(each.epsilon)]
    epsilon = spent[-1].epsilon if spent and len(spent) == len(found) else None
    return Privacy(
        rounds_with_noise=len(noise),
        rounds_without=without,
        noise_multiplier=min(noise, default=None),
        clip_norm=next((one.clip_norm for one in reversed(rounds) if one.noise_multiplier), None),
        epsilon=epsilon,
        delta=delta,
        spent=spent,
        words=_words(len(noise), without, epsilon),
    )


def _words(noisy: int, without: int, epsilon: float | None) -> str:
    if not noisy:
        return (
            "Noise is off. The secure sum keeps each update from you and from everybody else, but nothing hides what "
            "the sum itself says of the people in it. Switch noise on where that matters more than quality."
        )
    if epsilon is None:
        return f"The noise of the {noisy} rounds that had some is too little for any bound. Add more of it."
    said = (
        f"Whoever was in all {noisy} rounds with noise is protected by epsilon {epsilon:.2f}: whatever is read out of "
        f"the models is at most {math.exp(epsilon):.3g} times as likely with that person as without, or the other way "
        "round, save for a chance of delta."
    )
    if without:
        said += f" {without} rounds ran without noise; for who was in one of them no such bound holds."
    return said


def _counted(noise: Sequence[float]) -> tuple[tuple[float, int], ...]:
    return tuple(sorted(Counter(noise).items()))


@lru_cache(maxsize=4096)
def _epsilon(rounds: tuple[tuple[float, int], ...], delta: float) -> float:
    from vsr_shared.privacy.accounting import epsilon_of

    return epsilon_of(dict(rounds), delta)
