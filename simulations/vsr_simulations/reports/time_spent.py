"""How long a study took, over all the runs that it was done in: kept beside its figures."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic, process_time


@dataclass(frozen=True)
class Spent:
    """Of all runs together."""

    minutes: float = 0.0
    """Elapsed."""
    processor_minutes: float = 0.0
    """Of all cores."""


class Stopwatch:
    """Counts from when it is made."""

    def __init__(self) -> None:
        self._begun, self._spent = monotonic(), process_time()

    def add_to(self, folder: Path) -> Spent:
        """Add what this run took to what the runs before took in `folder`, keep the sum there and return it."""
        path = folder / "spent.json"
        before = Spent(**json.loads(path.read_text())) if path.exists() else Spent()
        found = Spent(
            before.minutes + (monotonic() - self._begun) / 60,
            before.processor_minutes + (process_time() - self._spent) / 60,
        )
        path.write_text(json.dumps(asdict(found)))
        return found
