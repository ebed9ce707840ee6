"""Who answers in a round: people drop out by chance, and slow machines miss the deadline with many clips."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import UsageError
from vsr_simulations.engine.heard import Population
from vsr_simulations.engine.round_updates import Members

Silent = Callable[[int, Members], npt.NDArray[np.bool_]]


def dropouts(share: float, seed: int) -> Silent:
    """Return that each person of a cohort falls silent with chance `share`, anew in every round."""
    if not 0 <= share < 1:
        raise UsageError(f"a share of people who drop out lies from 0 to below 1, not {share:g}")

    def silent(number: int, members: Members) -> npt.NDArray[np.bool_]:
        drawn = [np.random.default_rng([seed, number, int(member), 5]).random() for member in members]
        return np.array(drawn) < share

    return silent


def slow_machines(population: Population, spread: float, deadline: float, seed: int) -> Silent:
    """Return that who needs longer than `deadline` is silent, always the same people.

    Time is the person's segments times their machine's slowness, log-normal with deviation `spread` around 1 a segment.
    """

    def silent(number: int, members: Members) -> npt.NDArray[np.bool_]:
        slowness = [np.exp(spread * np.random.default_rng([seed, int(member), 6]).normal()) for member in members]
        segments = [len(population[int(member)].teach.owner) for member in members]
        return np.array([one * slow > deadline for one, slow in zip(segments, slowness, strict=True)], np.bool_)

    return silent


def any_of(*reasons: Silent) -> Silent:
    """Return that who has one of the `reasons` is silent."""

    def silent(number: int, members: Members) -> npt.NDArray[np.bool_]:
        found = np.zeros(len(members), np.bool_)
        for reason in reasons:
            found |= reason(number, members)
        return found

    return silent
