"""Who was compared, by which base, on what, and for how long."""

from dataclasses import dataclass

from vsr_simulations.compare.study import Plan


@dataclass(frozen=True)
class Circumstances:
    """Who was compared, by which base, on what, and for how long."""

    base: str
    """The base's id."""
    corpora: tuple[str, ...]
    plan: Plan
    machine: str
    minutes: float
    """Elapsed, of all runs that it was done in."""
    processor_minutes: float
    pieces: int
    planned: int
