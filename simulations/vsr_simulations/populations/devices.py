"""Who has which microphone: everybody one of their own, drawn by a seed; and people who buy a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vsr_server.corpora.clip import Clip
from vsr_server.microphones.catalogue import KINDS
from vsr_server.microphones.kinds import Kind
from vsr_server.microphones.microphone import Microphone
from vsr_shared.errors import UsageError
from vsr_simulations.engine.heard import HeardUser, Population

BY_NAME: Final = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True)
class Devices:
    """Everybody's microphone by `seed`: of one of `kinds`, drawn evenly by person, and of that kind one of their own.

    A person's laptop is the same laptop whichever kinds others have.
    """

    seed: int
    kinds: tuple[str, ...] = tuple(BY_NAME)

    def __post_init__(self) -> None:
        if unknown := [name for name in self.kinds if name not in BY_NAME]:
            raise UsageError(f"no microphone is called {', '.join(unknown)}; there are {', '.join(BY_NAME)}")
        if not self.kinds:
            raise UsageError("people need at least one kind of microphone")

    @property
    def name(self) -> str:
        """What they are drawn from."""
        return f"devices {self.seed} {'+'.join(self.kinds)}"

    def kind_of(self, person: str) -> Kind:
        """Return the kind that `person` has."""
        rng = np.random.default_rng([self.seed, 9, *person.encode()])
        return BY_NAME[self.kinds[int(rng.integers(len(self.kinds)))]]

    def of(self, person: str) -> Microphone:
        """Return the microphone that `person` has, for all of their recordings."""
        return self.kind_of(person).drawn(self.seed, person)

    def for_clips(self, clips: Sequence[Clip]) -> list[Microphone]:
        """Return the microphone of each clip's speaker."""
        owned = {speaker: self.of(speaker) for speaker in {clip.speaker for clip in clips}}
        return [owned[clip.speaker] for clip in clips]


@dataclass(frozen=True)
class NewDevices:
    """People who have other microphones from round `since` on: the same people and sentences, heard `before`, `after`.

    As one population they are as before; rounds ask for them by number. With `kept_lessons` what they taught with the
    old device is all they have to learn from, and only what judges them comes from the new one.
    """

    before: Population
    after: Population
    since: int
    kept_lessons: bool = False

    def __post_init__(self) -> None:
        if len(self.before) != len(self.after):
            raise UsageError("people with new devices must be the same people; make both of the same speakers")

    @property
    def name(self) -> str:
        """Both names, and when."""
        lessons = " old lessons" if self.kept_lessons else ""
        return f"{self.before.name}|from {self.since}{lessons} {self.after.name}"

    def __len__(self) -> int:
        return len(self.before)

    def __getitem__(self, index: int) -> HeardUser:
        return self.before[index]

    def in_round(self, number: int) -> Population:
        """Return the people as they are in round `number`, from 1."""
        if number < self.since:
            return self.before
        return _OldLessons(self.before, self.after) if self.kept_lessons else self.after


@dataclass(frozen=True)
class _OldLessons:
    """Taught with one device, judged with another."""

    taught: Population
    judged: Population

    @property
    def name(self) -> str:
        return f"{self.taught.name}|judged by {self.judged.name}"

    def __len__(self) -> int:
        return len(self.taught)

    def __getitem__(self, index: int) -> HeardUser:
        old, new = self.taught[index], self.judged[index]
        return HeardUser(old.name, old.corpus, old.gender, old.teach, new.held_out)
