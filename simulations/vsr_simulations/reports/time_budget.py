"""A long run that ends when its time is up, to go on another day: between two pieces of work, with what it has."""

from collections.abc import Callable
from time import monotonic

from vsr_simulations.engine.time_left import Progress


class TimeIsUp(Exception):
    """The minutes that a run was given are over; what it has done lies in its folder."""


def within(minutes: float | None, tell: Callable[[Progress], None]) -> Callable[[Progress], None]:
    """Return `tell` that raises TimeIsUp once so many minutes have gone since now and work is left; None: never.

    What an earlier run has done is read all the same.
    """
    end = None if minutes is None else monotonic() + 60 * minutes

    def told(progress: Progress) -> None:
        tell(progress)
        if end is not None and monotonic() > end and progress.before < progress.done < progress.of:
            raise TimeIsUp

    return told
