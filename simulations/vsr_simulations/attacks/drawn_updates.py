"""Updates of people of the cast, as a round makes them: drawn clips, the training that ships, one row each on disk.

A draw is one person's clips in one round. ORDINARY ones are drawn among all clips of one half of the sentences; those
of a MOOD are mostly of one emotion, as when somebody's week was sad; a SINGLE one is one clip alone. A person's clips
hang on seed, person and draw alone. The file grows a group at a time, so that a killed run goes on behind its last
group.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from vsr_shared.emotions import Emotion
from vsr_shared.errors import StoreError, UsageError
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.weights import Array, Layout
from vsr_simulations.attacks.cast import Cast
from vsr_simulations.engine.cohort import GROUP
from vsr_simulations.engine.heard import HeardClips
from vsr_simulations.engine.lessons import stacked_lessons, stacked_statistics
from vsr_simulations.engine.method import LocalRound
from vsr_simulations.engine.time_left import Progress
from vsr_simulations.methods.fed_avg import train_all

Kind = Literal["ordinary", "mood", "single"]
KINDS: Final[tuple[Kind, ...]] = ("ordinary", "mood", "single")
ORDINARY, MOOD, SINGLE = KINDS
MOODS: Final = (Emotion.ANGRY, Emotion.FEARFUL, Emotion.HAPPY, Emotion.SAD, Emotion.SURPRISED)
"""Emotions that the acted corpora have enough clips of."""
MOSTLY: Final = 0.75
"""Share of a mood's clips that are of its emotion."""


@dataclass(frozen=True)
class Draw:
    """One person's clips in one round."""

    kind: Kind
    person: int
    number: int
    half: int
    """Of the sentences, 0 or 1; a mood's clips are of both."""
    mood: Emotion | None = None


@dataclass(frozen=True)
class Amounts:
    """How much is drawn of each attacked person; of others half as much, but of moods. UsageError below 2 of a kind."""

    ordinary: int = 12
    moods: int = 2
    """Of each emotion."""
    singles: int = 6
    clips: int = 10
    """In a draw, or as many as there are."""

    @classmethod
    def of(cls, draws: int, clips: int) -> "Amounts":
        """Return `draws` ordinary ones, half as many of one clip, and of each emotion a sixth."""
        return cls(draws, max(2, draws // 6), max(2, draws // 2), clips)

    def __post_init__(self) -> None:
        if min(self.ordinary, self.moods, self.singles, self.clips) < 2:
            raise UsageError("an attack needs two draws of each kind and two clips in each at least")


@dataclass(frozen=True)
class Updates:
    """One update a row, on disk."""

    draws: tuple[Draw, ...]
    vectors: npt.NDArray[np.float32]
    """(draws, n), memory-mapped: trained minus common, in the order of the weights' `Layout`."""
    places: tuple[npt.NDArray[np.intp], ...]
    """The clips of each draw, by place among the person's."""
    layout: Layout


def plan(cast: Cast, amounts: Amounts) -> tuple[Draw, ...]:
    """Return the draws of everybody, half of either half of the sentences where there are clips of both."""
    draws = []
    wanted = _mostly(amounts.clips)
    for number, person in enumerate(cast.people):
        halves = [half for half in (0, 1) if (person.halves == half).any()]
        for kind, most in ((ORDINARY, amounts.ordinary), (SINGLE, amounts.singles)):
            count = most if person.attacked else max(2, most // 2)
            draws += [Draw(kind, number, one, halves[one % len(halves)]) for one in range(count)]
        for mood in MOODS:
            own = person.emotions.count(mood)
            if own >= wanted and len(person.emotions) - own >= amounts.clips - wanted:
                draws += [Draw(MOOD, number, one, 2, mood) for one in range(amounts.moods)]
    return tuple(draws)


def chosen_clips(cast: Cast, draw: Draw, clips: int, seed: int) -> npt.NDArray[np.intp]:
    """Return the places of the draw's clips among the person's, `clips` or as many as there are."""
    person = cast.people[draw.person]
    mood = 0 if draw.mood is None else 1 + MOODS.index(draw.mood)
    random = np.random.default_rng([seed, draw.person, draw.number, KINDS.index(draw.kind), mood])
    if draw.mood is None:
        there = np.flatnonzero(person.halves == draw.half)
        return random.choice(there, 1 if draw.kind == SINGLE else min(clips, len(there)), replace=False)
    moody = np.array([emotion == draw.mood for emotion in person.emotions])
    own = random.choice(np.flatnonzero(moody), _mostly(clips), replace=False)
    rest = random.choice(np.flatnonzero(~moody), clips - len(own), replace=False)
    return np.concatenate([own, rest])


def drawn_updates(
    cast: Cast,
    draws: Sequence[Draw],
    clips: int,
    local: LocalTraining,
    seed: int,
    keep: Path,
    tell: Callable[[Progress], None] = lambda progress: None,
) -> Updates:
    """Return the update of each draw, from the file `keep` as far as it has them; StoreError where it cannot grow."""
    layout = Layout.of(cast.base.trainable)
    width = layout.size * 4
    places = [chosen_clips(cast, draw, clips, seed) for draw in draws]
    try:
        keep.parent.mkdir(parents=True, exist_ok=True)
        done = keep.stat().st_size // width if keep.exists() else 0
        done = min(done // GROUP * GROUP, len(draws)) if done < len(draws) else len(draws)
        started, before = monotonic(), done
        with keep.open("ab") as file:
            file.truncate(done * width)
            while done < len(draws):
                group = range(done, min(done + GROUP, len(draws)))
                heard = [cast.people[draws[one].person].clips.chosen(places[one]) for one in group]
                seeds = tuple(int(np.random.SeedSequence([seed, one]).generate_state(1)[0]) for one in group)
                file.write(_trained(cast, heard, local, seeds, layout).tobytes())
                file.flush()
                done = group.stop
                tell(Progress("updates", done, len(draws), monotonic() - started, before))
    except OSError as error:
        raise StoreError(f"{keep} cannot be written ({error.strerror}); free space or name another --out") from error
    vectors = np.memmap(keep, np.float32, "r", shape=(len(draws), layout.size))
    return Updates(tuple(draws), vectors, tuple(places), layout)


def _trained(
    cast: Cast, heard: Sequence[HeardClips], local: LocalTraining, seeds: tuple[int, ...], layout: Layout
) -> Array:
    lessons = stacked_lessons(heard, cast.base.frozen)
    given = LocalRound(cast.base.trainable, {}, cast.base.frozen, lessons, stacked_statistics(heard), local, seeds)
    deltas = train_all(given).deltas
    return np.stack([layout.flatten({name: array[row] for name, array in deltas.items()}) for row in range(len(heard))])


def _mostly(clips: int) -> int:
    return max(1, round(MOSTLY * clips))
