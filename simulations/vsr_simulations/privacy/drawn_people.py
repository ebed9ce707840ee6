"""Any number of people out of a few real speakers: each has a speaker's voice and a handful of their recordings."""

from dataclasses import dataclass, replace

import numpy as np

from vsr_shared.errors import UsageError
from vsr_simulations.engine.heard import HeardUser


@dataclass(frozen=True)
class DrawnPeople:
    """`count` people, each with `clips` recordings of one of the `speakers` to teach with, drawn without repetition."""

    speakers: tuple[HeardUser, ...]
    count: int
    clips: int
    seed: int

    def __post_init__(self) -> None:
        if not self.speakers or min(self.count, self.clips) < 1:
            raise UsageError("people are drawn from one speaker at least, one person and one clip at least")

    @property
    def name(self) -> str:
        """Who they are drawn from, and how."""
        names = "+".join(speaker.name for speaker in self.speakers)
        return f"{self.count} drawn from {names}, {self.clips} clips, seed {self.seed}"

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> HeardUser:
        if not 0 <= index < self.count:
            raise IndexError(index)
        speaker = self.speakers[index % len(self.speakers)]
        random = np.random.default_rng([self.seed, index])
        places = random.choice(len(speaker.teach), min(self.clips, len(speaker.teach)), replace=False)
        return replace(speaker, name=f"{speaker.name}/{index}", teach=speaker.teach.chosen(places))
