"""Populations whose people change from round to round."""

from dataclasses import replace
from typing import Any, Protocol, cast, runtime_checkable

from vsr_simulations.engine.heard import Population


@runtime_checkable
class Drifting(Population, Protocol):
    """A population that is another one in another round: the same people with other clips."""

    def in_round(self, number: int) -> Population:
        """Return the people as they are in round `number`, from 1; 0 is before the first."""


def in_round(population: Population, number: int) -> Population:
    """Return the people as they are in round `number`; those who do not drift as they are.

    A population that is made of another one, its `whole`, drifts with it.
    """
    if isinstance(population, Drifting):
        return population.in_round(number)
    whole: Population | None = getattr(population, "whole", None)
    if whole is None:
        return population
    now = in_round(whole, number)
    return population if now is whole else cast(Population, replace(cast(Any, population), whole=now))
