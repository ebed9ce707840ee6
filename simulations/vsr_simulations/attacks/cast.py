"""Who is attacked and whom the attacker learns from: people of known sex, their recordings as the trunk heard them.

Attacked are people whom the base never heard. Whoever is attacked, the attacker learns from all the others: further
people of the attacked corpus, those whom the base heard, and made-up ones. Sentences are split in two halves once for a
whole corpus, as in every population of the simulator.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vsr_server.base.same_sound import check_new, sound_prints
from vsr_server.corpora.clip import Clip
from vsr_server.corpora.fingerprints import fingerprints
from vsr_server.corpora.read import read_corpora
from vsr_shared.base import Base
from vsr_shared.emotions import Emotion
from vsr_shared.errors import UsageError
from vsr_simulations.engine.heard import HeardClips
from vsr_simulations.engine.kept_activations import KeptActivations, kept_activations
from vsr_simulations.engine.time_left import Progress
from vsr_simulations.population import generated_users
from vsr_simulations.populations.recorded import split_by_sentence

GENERATED_CLIPS = 16
"""Recordings of each half that a made-up person has."""


@dataclass(frozen=True)
class Person:
    """One person with all their clips."""

    name: str
    corpus: str
    female: bool
    attacked: bool
    clips: HeardClips
    emotions: tuple[Emotion, ...]
    """Of each clip."""
    halves: npt.NDArray[np.int64]
    """(clips,): the half of the sentences, 0 or 1, that each clip is of."""


@dataclass(frozen=True)
class Cast:
    """Everybody, the attacked first."""

    name: str
    base: Base
    people: tuple[Person, ...]

    @property
    def attacked(self) -> tuple[int, ...]:
        """Numbers of those who are attacked."""
        return tuple(number for number, person in enumerate(self.people) if person.attacked)


def cast_of(
    base: Base,
    voices: Path | None,
    cache: Path,
    *,
    corpora: Sequence[str] = (),
    generated: int = 0,
    seed: int = 1,
    on_progress: Callable[[Progress], None] | None = None,
) -> Cast:
    """Return the people of `voices`, or none, and `generated` made-up ones.

    Attacked is everybody whom `base` never heard, of `corpora` alone where there are any; without `voices`, the first
    half of the made-up people. UsageError where fewer than two of either sex are attacked or left to learn from.
    """
    real = [clip for clip in read_corpora(voices) if clip.gender in {"female", "male"}] if voices else []
    new = {clip.speaker for clip in real} - set(base.manifest.heard)
    chosen = {clip.speaker for clip in real if clip.speaker in new and (not corpora or clip.corpus in corpora)}
    unheard = [clip for clip in real if clip.speaker in chosen]
    if unheard:
        check_new(base.manifest, unheard, sound_prints(unheard, fingerprints(unheard), cache))
    made = generated_users(seed, generated, GENERATED_CLIPS, cache / "made") if generated else ()
    if not voices:
        chosen = {user.name for user in made[: len(made) // 2]}
    # Somebody new to the base whom nobody asked to attack is nobody to learn from either: they stay out.
    taken = [clip for clip in real if clip.speaker in chosen or clip.speaker not in new]
    taken += [clip for user in made for clip in (*user.teach, *user.held_out)]
    kept, prints = kept_activations(base, taken, cache, on_progress)
    people = _people(taken, dict(zip([clip.path for clip in taken], prints, strict=True)), kept, chosen)
    for attacked in (True, False):
        sexes = [person.female for person in people if person.attacked == attacked]
        if min(sum(sexes), len(sexes) - sum(sexes)) < 2:
            raise UsageError(
                f"{'attacked' if attacked else 'left to learn from'} are {sum(sexes)} women and "
                f"{len(sexes) - sum(sexes)} men; two of each are needed: give other --voices, --base or --generated"
            )
    name = f"{base.id}:{'+'.join(person.name for person in people)}:{generated}:{seed}"
    return Cast(name, base, people)


def _people(
    clips: Sequence[Clip], prints: dict[Path, str], kept: KeptActivations, attacked: set[str]
) -> tuple[Person, ...]:
    by_speaker: dict[str, list[Clip]] = {}
    for clip in clips:
        by_speaker.setdefault(clip.speaker, []).append(clip)
    first = {clip.path for clip in split_by_sentence(clips)[0]}
    people = []
    for name in sorted(by_speaker, key=lambda name: (name not in attacked, name)):
        own = by_speaker[name]
        heard = kept.of([prints[clip.path] for clip in own], [clip.positive for clip in own])
        halves = np.array([int(clip.path not in first) for clip in own])
        emotions = tuple(clip.emotion for clip in own)
        one = own[0]
        people.append(Person(name, one.corpus, one.gender == "female", name in attacked, heard, emotions, halves))
    return tuple(people)
