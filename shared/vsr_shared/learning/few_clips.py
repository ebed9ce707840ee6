"""Learning from too few recordings to train on and to judge by: a memory around the common model, nothing else.

The common model has not heard them, so what it says of them is what the memory has to correct.
"""

from collections.abc import Sequence

from vsr_shared.learning.common_voice import Voice
from vsr_shared.learning.memory import remember
from vsr_shared.learning.personalise import Recording, lessons_of, log_odds_of, measures_of
from vsr_shared.weights import Array, Weights


def remember_few(
    start: Weights, frozen: Weights, recordings: Sequence[Recording], voice: Voice | None = None
) -> dict[str, Array]:
    """Return `start` (no leading axis) with a memory of one or more recordings, and with the person's `voice`."""
    lessons = lessons_of(recordings, frozen)
    measures = measures_of(recordings, frozen)
    odds = log_odds_of({name: array[None] for name, array in start.items()}, frozen, lessons.clips)
    own: dict[str, Array] = {}
    if voice is not None:
        person = voice.of_person(measures)
        odds += person.shift(measures)
        measures, own = person.scaled(measures), person.to_arrays()
    memory = remember(measures, lessons.labels[0], lessons.weights[0], odds)
    return {**start, **memory.to_arrays(), **own}
