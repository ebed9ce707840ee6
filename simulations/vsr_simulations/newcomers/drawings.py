"""What newcomers get, in pictures: by number of clips, and each person with ten."""

from collections.abc import Iterator, Sequence

from vsr_simulations.newcomers.table import Cell, Person
from vsr_simulations.newcomers.ways import TITLES
from vsr_simulations.reports.charts import Curve, Point, before_after, curves
from vsr_simulations.reports.drawn import Drawn

FOLLOWED = ("voice+own*", "federated+own*", "own*", "mfcc own", "federated", "base")
FLAT = ("federated", "base")
"""The same whatever the clips: drawn as they are with none."""
UAR = "UAR on sentences nobody taught (0.5 is chance)"


def by_clips(cells: Sequence[Cell], who: str) -> Iterator[Drawn]:
    """Yield the picture of UAR by number of clips."""
    counts = sorted({cell.clips for cell in cells})
    lines = clip_curves(cells)
    if len(counts) < 2 or not lines:
        return
    last = {line.name: line.points[-1].mean for line in lines}
    ours, alone = TITLES["voice+own*"], TITLES["own*"]
    title = "What others taught is worth most to who brings little"
    early = {line.name: {point.x: point.mean for point in line.points} for line in lines}
    if 10 in counts and {ours, alone} <= set(last):
        title += (
            f": {100 * (early[ours][10] - early[alone][10]):+.0f} points with 10 clips of one's own, "
            f"{100 * (last[ours] - last[alone]):+.0f} with {counts[-1]}"
        )
    drawing = curves(lines, "labelled clips of the newcomer's own", UAR, roots=True)
    yield Drawn(title, drawing, f"{who} Bands: 95 % over people and trials; dashed: to compare with.")


def clip_curves(cells: Sequence[Cell]) -> list[Curve]:
    """Return the curves that are drawn by number of clips."""
    lines = []
    counts = sorted({cell.clips for cell in cells})
    for way in FOLLOWED:
        mine = sorted((cell for cell in cells if cell.way == way), key=lambda cell: cell.clips)
        if way in FLAT and mine:
            points = [Point(count, mine[0].uar, mine[0].low, mine[0].high) for count in counts]
        else:
            points = [Point(cell.clips, cell.uar, cell.low, cell.high) for cell in mine]
        if points:
            lines.append(Curve(TITLES[way], points, way in {*FLAT, "mfcc own"}))
    return lines


def by_person(people: Sequence[Person], who: str) -> Iterator[Drawn]:
    """Yield the picture of each person by the federated model and with ten clips."""
    uar = {(one.way, one.user): one.uar for one in people if one.clips == 10}
    users = sorted({user for _, user in uar})
    pairs = [
        (user, uar["federated", user], uar["voice+own*", user])
        for user in users
        if ("federated", user) in uar and ("voice+own*", user) in uar
    ]
    if not pairs:
        return
    losing = sum(after < before - 1e-9 for _, before, after in pairs)
    title = f"Ten clips of one's own: {len(pairs) - losing} of {len(pairs)} people are served better"
    drawing = before_after(pairs, (TITLES["federated"], TITLES["voice+own*"]), UAR)
    yield Drawn(title, drawing, f"{who} A line a person, who gains most at the top.")
