"""Who came new, to which base, on what, and for how long."""

from dataclasses import dataclass

from vsr_simulations.newcomers.study import Plan


@dataclass(frozen=True)
class Circumstances:
    """Of a study."""

    base: str
    """The base's id."""
    corpus: str
    plan: Plan
    machine: str
    minutes: float
    """Elapsed, of all runs that it was done in."""
    processor_minutes: float
    done: int
    planned: int
    """Trials."""
