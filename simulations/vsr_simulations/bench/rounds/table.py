"""The three ways in turns, so that a busy machine slows all of them, and what comes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from vsr_simulations.bench.rounds.ours import our_rounds
from vsr_simulations.bench.rounds.stock_flower import flower_rounds

WAYS = ("secure", "bare", "flower")


@dataclass(frozen=True)
class Measured:
    """Seconds of each round, by way."""

    numbers: int
    machines: int
    seconds: dict[str, list[float]] = field(default_factory=lambda: {way: [] for way in WAYS})

    def median(self, way: str) -> float:
        """Return the middle one of a way's rounds, in seconds."""
        return median(self.seconds[way])

    def ratio(self, way: str, against: str) -> float:
        """Return how many times as long a round of `way` takes as one of `against`."""
        return self.median(way) / self.median(against)


def measure(
    folder: Path, numbers: int, machines: int, rounds: int, turns: int, tell: Callable[[str], None]
) -> Measured:
    """Run `turns` turns of `rounds` rounds each way, in fresh deployments below `folder`, and return their seconds."""
    found = Measured(numbers, machines)
    for turn in range(turns):
        for way in WAYS:
            own = folder / f"{turn}-{way}"
            own.mkdir(parents=True)
            seconds = _rounds(way, own, numbers, machines, rounds)
            found.seconds[way].extend(seconds)
            tell(f"turn {turn + 1} of {turns}, {way}: {_said(seconds)}")
    return found


def _rounds(way: str, folder: Path, numbers: int, machines: int, rounds: int) -> list[float]:
    if way == "flower":
        return flower_rounds(folder, numbers, machines, rounds)
    return our_rounds(folder, numbers, machines, rounds, way == "secure")


def _said(seconds: Sequence[float]) -> str:
    return ", ".join(f"{value:.1f}" for value in seconds) + " s"
