"""How far a long run is, and how long it will still take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """What is done, how much of it is behind, how much there is, and the seconds that this run has taken for it."""

    what: str
    done: int
    of: int
    seconds: float
    before: int = 0
    """Done by an earlier run that this one goes on from."""

    @property
    def seconds_left(self) -> float:
        """Seconds to go at the pace of this run; infinite where it has done nothing yet of what is left."""
        if self.done >= self.of:
            return 0.0
        fresh = self.done - self.before
        return self.seconds / fresh * (self.of - self.done) if fresh else float("inf")
