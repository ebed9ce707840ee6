"""A comparison as one HTML page."""

from collections.abc import Sequence

from vsr_simulations.compare import drawings
from vsr_simulations.compare.circumstances import Circumstances
from vsr_simulations.compare.findings import headline, row_of, sentences, shown_counts
from vsr_simulations.compare.page_tables import cost_table, method_table, people_table, sources_table
from vsr_simulations.compare.study import Piece
from vsr_simulations.compare.table import Row, persons, stops
from vsr_simulations.methods.alone import BASE_ALONE
from vsr_simulations.reports.page import LOADS_NOTHING, Picture, Section, Table, page


def compare_page(found: Sequence[Piece], rows: Sequence[Row], given: Circumstances) -> str:
    """Return the page."""
    people, way = persons(found), stops(found)
    who = _who(rows, given)
    pictures: list[str | tuple[str, ...] | Picture | Table] = [
        drawn.picture()
        for drawn in (
            *drawings.gains(rows, who),
            *drawings.over_clips(rows, who),
            *drawings.over_rounds(way, row_of(rows, BASE_ALONE.name, given.plan.watched_clips), who),
        )
    ]
    sections = [
        Section("In short", [sentences(rows), *_unfinished(given), _NAMES]),
        Section("Pictures", pictures),
        Section("Methods", [method_table(rows, count) for count in sorted({row.clips for row in rows})]),
        Section(
            "People",
            [
                *(drawn.picture() for drawn in drawings.people(people, rows, who)),
                *(people_table(people, rows, count) for count in shown_counts(rows)),
            ],
        ),
        Section("What it costs", [_COSTS, cost_table(rows)]),
        Section("How it was done", [_how(given), *_HOW, sources_table(rows)]),
    ]
    return page(headline(rows), who, sections, f"{given.machine}. {LOADS_NOTHING}")


def _who(rows: Sequence[Row], given: Circumstances) -> str:
    people = max((row.people for row in rows), default=0)
    return (
        f"{people} people of {', '.join(given.corpora)}, whom the base {given.base[:19]} never heard; everybody takes "
        f"part with the same number of clips and is judged by sentences that nobody taught; both halves of the "
        f"sentences, {len(given.plan.seeds)} seed{'s' * (len(given.plan.seeds) != 1)}."
    )


def _unfinished(given: Circumstances) -> list[str]:
    if given.pieces == given.planned:
        return []
    return [
        f"{given.pieces} of {given.planned} pieces were run before the time was up: methods may have fewer trials than "
        "others (see the tables); the same command goes on."
    ]


def _how(given: Circumstances) -> str:
    rounds, plan = given.plan.rounds, given.plan
    return (
        f"{rounds.rounds} rounds, everybody in each, {rounds.local.epochs} local epochs, steps of "
        f"{rounds.local.learning_rate:g}, batches of {rounds.local.batch_size}; what is learnt at the end: "
        f"{plan.tuning.epochs} epochs. Seeds {', '.join(map(str, plan.seeds))}. {given.minutes:.0f} minutes, "
        f"{given.processor_minutes:.0f} of processor time, on {given.machine}."
    )


_NAMES = (
    "Remembered: one's own clips in a memory around the common model, nothing trained, no gate. Personalised: what "
    "ships, a memory and from 40 clips on training, let in by the gate. A voice: 121 numbers about what is measured in "
    "voices, learnt together beside the network. MFCC: mean and deviation of 20 cepstral coefficients. The other names "
    "are the papers' own."
)
_COSTS = (
    "Bytes are those of a real round of the secure sum with as many numbers and people: masked vector, sealed shares "
    "and the answer that takes the masks off; down, the common model, everybody's keys and the request. Processor time "
    "is of all cores, on a machine that may have done other work, which inflates it."
)
_HOW = (
    "UAR is the unweighted average recall of the two polarities, AUROC the area under the ROC curve, NLL the negative "
    "log-likelihood in nats (0.693 says nothing), ECE the expected calibration error in ten bins. The worst tenth is "
    "one person at least. Intervals: people are drawn anew, and for each of them their trials (2,000 bootstrap draws); "
    "gains are paired by person and trial. Somebody is worse off whose mean UAR is lower, by however little: with few "
    "clips to judge by, chance alone makes some.",
    "Nobody's sentence is on both sides, nobody was heard by the base, features are fitted on taught clips alone. "
    "Steps are Adam's, as on a person's machine, where the papers have SGD.",
)
