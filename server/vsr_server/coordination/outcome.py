"""What a round brings: a mean over its machines, or nothing."""

from dataclasses import dataclass

from vsr_shared.errors import FederationError
from vsr_shared.federation.chain import Mean


class RoundWithoutResult(FederationError):
    """A round that brought nothing to aggregate; the next may."""


@dataclass(frozen=True)
class RoundOutcome:
    """What a round brought."""

    mean: Mean
    machines: int
    """How many machines are in it."""
    groups: int
    """How many sums it was made of."""
