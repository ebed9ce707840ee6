"""What a round asks of every machine for differential privacy: how much noise, and what is promised by it."""

import math
from dataclasses import dataclass

from vsr_shared.errors import FederationError

LEAST_MULTIPLIER = 0.01
MOST_MULTIPLIER = 1_000.0
SMALLEST_POPULATION = 2
LARGEST_POPULATION = 10_000_000_000


@dataclass(frozen=True)
class NoiseTerms:
    """Noise of a round; FederationError where a value is out of bounds or delta above 1 over the population."""

    noise_multiplier: float
    """Deviation of the noise in a sum, over the most that one person can change it: 0.01 to 1,000."""
    delta: float
    """Chance that the promise of epsilon does not hold, above 0 and at most 1 / `population`."""
    population: int
    """How many people the operator says there are, whoever takes part: 2 to 10 billion."""

    def __post_init__(self) -> None:
        if not LEAST_MULTIPLIER <= self.noise_multiplier <= MOST_MULTIPLIER:
            raise FederationError(
                f"a noise multiplier lies between {LEAST_MULTIPLIER:g} and {MOST_MULTIPLIER:g}, "
                f"not at {self.noise_multiplier:g}"
            )
        if not SMALLEST_POPULATION <= self.population <= LARGEST_POPULATION:
            raise FederationError(
                f"a population has {SMALLEST_POPULATION} to {LARGEST_POPULATION:,} people, not {self.population:,}"
            )
        if not math.isfinite(self.delta) or not 0 < self.delta <= 1 / self.population:
            raise FederationError(
                f"delta must be above 0 and at most 1 over the population of {self.population:,}, not {self.delta:g}"
            )
