"""What newcomers get, as one HTML page."""

from collections.abc import Sequence

from vsr_simulations.newcomers.circumstances import Circumstances
from vsr_simulations.newcomers.drawings import by_clips, by_person
from vsr_simulations.newcomers.table import Cell, Person
from vsr_simulations.newcomers.ways import BASELINE_WAYS, TITLES
from vsr_simulations.reports.page import LOADS_NOTHING, Section, Table, page

BEST = "voice+own*"


def newcomers_page(cells: Sequence[Cell], people: Sequence[Person], given: Circumstances) -> str:
    """Return the page."""
    who = who_words(cells, given)
    counts = sorted({cell.clips for cell in cells})
    shown = [count for count in (10, 30) if count in counts]
    sections = [
        Section("In short", [sentences(cells), *unfinished(given)]),
        Section("By number of clips", [*(drawn.picture() for drawn in by_clips(cells, who)), figures_table(cells)]),
        Section("Who gains and who loses", [*(losers_table(cells, count) for count in counts if count)]),
        Section(
            "People",
            [*(drawn.picture() for drawn in by_person(people, who)), *(people_table(people, count) for count in shown)],
        ),
        Section("How it was done", [_how(given), _WAYS, _FIGURES]),
    ]
    return page(headline(cells), who, sections, f"{given.machine}. {LOADS_NOTHING}")


def who_words(cells: Sequence[Cell], given: Circumstances) -> str:
    """Return who was judged, how often and by what."""
    people, seeds = max(cell.people for cell in cells), len(given.plan.seeds)
    return (
        f"{people} people of {given.corpus}, whom the base {given.base[:19]} never heard: each in turn comes new to "
        f"the others, who have learnt together, and is judged by sentences nobody taught; both halves of them, "
        f"{seeds} seed{'s' * (seeds != 1)}."
    )


def headline(cells: Sequence[Cell]) -> str:
    """Return the finding in a title."""
    base, few = cell_of(cells, "base", 0), cell_of(cells, BEST, 10)
    if base is None or few is None:
        return "What others' learning and one's own clips are worth to a newcomer"
    return f"From {base.uar:.2f} to {few.uar:.2f}: what others' learning and ten clips give people the base never heard"


def sentences(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Return what was found."""
    found = []
    base, federated = cell_of(cells, "base", 0), cell_of(cells, "federated", 0)
    if base and federated:
        found.append(
            f"Without any clip of one's own: the base alone has UAR {base.uar:.3f}, what the others learnt together "
            f"{federated.uar:.3f} ({federated.low:.3f} to {federated.high:.3f})."
        )
    for count in sorted({cell.clips for cell in cells} & {10, 20, 30}):
        best, alone = cell_of(cells, BEST, count), cell_of(cells, "own*", count)
        baselines = [cell for way in BASELINE_WAYS if (cell := cell_of(cells, way, count))]
        plain = max(baselines, key=lambda cell: cell.uar, default=None)
        if best and alone:
            lost = round(best.over_federated.worse_off * best.people)
            found.append(
                f"With {count} clips: {best.uar:.3f} ({best.low:.3f} to {best.high:.3f}) with the others and a voice, "
                f"{alone.uar:.3f} with own clips alone"
                + (f", {plain.uar:.3f} by the best baseline ({TITLES[plain.way]})" if plain else "")
                + f"; {lost} of {best.people} are worse off than with the federated model as it is."
            )
    return tuple(found)


def unfinished(given: Circumstances) -> list[str]:
    """Return a word where not everything was run."""
    if given.done == given.planned:
        return []
    return [f"{given.done} of {given.planned} trials were run before the time was up; the same command goes on."]


def cell_of(cells: Sequence[Cell], way: str, count: int) -> Cell | None:
    """Return a way's cell with so many clips, None where it was not run."""
    return next((cell for cell in cells if (cell.way, cell.clips) == (way, count)), None)


def figures_table(cells: Sequence[Cell]) -> Table:
    """Return UAR and AUROC by way and number of clips."""
    counts = sorted({cell.clips for cell in cells})
    lines = []
    for way in dict.fromkeys(cell.way for cell in cells):
        row = [cell_of(cells, way, count) for count in counts]
        shown = (f"{cell.uar:.3f} ({cell.low:.2f}–{cell.high:.2f}) · {cell.auroc:.3f}" if cell else "–" for cell in row)
        lines.append((TITLES[way], *shown))
    caption = "UAR (95 % over people and trials) · AUROC by number of clips of one's own"
    return Table(caption, ("way", *(f"{count} clip{'s' * (count != 1)}" for count in counts)), lines)


def losers_table(cells: Sequence[Cell], count: int) -> Table:
    """Return what each way gains with so many clips, and who is worse off."""
    mine = [cell for cell in cells if cell.clips == count]
    heads = (
        "way",
        "points of UAR over federated (95 %)",
        "worse off than federated",
        "worse off than own clips alone",
        "NLL",
        "ECE",
        "UAR, worst tenth",
        "trials a person",
    )
    lines = [
        (
            TITLES[cell.way],
            f"{100 * cell.over_federated.mean:+.1f} ({100 * cell.over_federated.low:+.1f} to "
            f"{100 * cell.over_federated.high:+.1f})",
            f"{cell.over_federated.worse_off:.0%}",
            f"{cell.over_alone.worse_off:.0%}",
            f"{cell.nll:.3f}",
            f"{cell.ece:.3f}",
            f"{cell.worst_tenth:.3f}",
            str(cell.trials),
        )
        for cell in mine
    ]
    return Table(f"{count} clip{'s' * (count != 1)} of one's own", heads, lines)


def people_table(people: Sequence[Person], count: int) -> Table:
    """Return everybody's figures with so many clips."""
    mine = {(one.way, one.user): one for one in people if one.clips == count}
    users = sorted({user for _, user in mine})
    lines = [
        (TITLES[way], *(_person(mine[way, user]) if (way, user) in mine else "–" for user in users))
        for way in TITLES
        if any(one == way for one, _ in mine)
    ]
    return Table(f"{count} clips: each person's UAR · AUROC · NLL · ECE, means over trials", ("way", *users), lines)


def _person(one: Person) -> str:
    return f"{one.uar:.2f} · {one.auroc:.2f} · {one.nll:.2f} · {one.ece:.2f}"


def _how(given: Circumstances) -> str:
    rounds, seeds = given.plan.rounds, ", ".join(map(str, given.plan.seeds))
    return (
        f"{rounds.rounds} rounds among the others, everybody in each with all their clips of one half of the "
        f"sentences, {rounds.local.epochs} local epochs, steps of {rounds.local.learning_rate:g}. Seeds {seeds}, of "
        f"the rounds and of which clips are brought. {given.minutes:.0f} minutes, "
        f"{given.processor_minutes:.0f} of processor time, on {given.machine}."
    )


_WAYS = (
    "Own clips: remembered by a memory around the model that others made, however few, nothing trained and no gate. As "
    "it ships: remembered, from 40 clips on trained too, and let in by the gate, which needs three clips of either "
    "polarity. A voice: 121 numbers about what is measured in voices, learnt together beside the network. MFCC: mean "
    "and deviation of 20 cepstral coefficients."
)
_FIGURES = (
    "UAR is the unweighted average recall of the two polarities (0.5 is chance), AUROC the area under the ROC curve, "
    "NLL in nats (0.693 says nothing), ECE over ten bins. The worst tenth is one person at least. Somebody is worse "
    "off whose mean UAR is lower, by however little."
)
