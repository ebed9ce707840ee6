"""Who has which microphone: everybody one of their own, drawn by a seed.

People who buy new ones are a drift (`drift.Drift`) from a population with one seed of devices to one with another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vsr_server.corpora.clip import Clip
from vsr_server.microphones.catalogue import KINDS
from vsr_server.microphones.kinds import Kind
from vsr_server.microphones.microphone import Microphone
from vsr_shared.errors import UsageError

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
