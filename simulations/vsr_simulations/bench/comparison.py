"""One figure of ours beside one of theirs, measured in turns so that a busy machine slows both."""

import json
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Comparison:
    """A row of `build/bench.json`; `ratio` is theirs over ours: how many times faster ours is."""

    name: str
    ours: float
    theirs: float
    unit: str
    ratio: float
    against: str


def compare(
    name: str,
    against: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    ours_times: int,
    theirs_times: int,
    turns: int = 5,
    ours_per: int = 1,
) -> Comparison:
    """Return the medians over `turns` turns, in ms a unit of work; one call of ours does `ours_per` units."""
    ours()
    theirs()
    pairs = [(_milliseconds(ours, ours_times) / ours_per, _milliseconds(theirs, theirs_times)) for _ in range(turns)]
    our, their = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(their / our for our, their in pairs)
    return Comparison(name, round(our, 3), round(their, 3), "ms", round(ratio, 2), against)


def _milliseconds(run: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        run()
    return 1000 * (time.perf_counter() - started) / times


def write(rows: Iterable[Comparison], path: Path) -> None:
    """Write the rows as JSON, those of other benchmarks in the file kept."""
    known = {row["name"]: row for row in json.loads(path.read_text())} if path.exists() else {}
    known |= {row.name: asdict(row) for row in rows}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(list(known.values()), indent=1) + "\n")
