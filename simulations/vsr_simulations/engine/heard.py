"""People as the trunk heard them: what learning and judging need of a person, and nothing of their sound."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from vsr_shared.emotions import Polarity
from vsr_shared.errors import UsageError
from vsr_shared.learning.personalise import Recording
from vsr_shared.weights import Array


@dataclass(frozen=True)
class HeardClips:
    """Labelled clips of one person, each of one or more segments."""

    activations: npt.NDArray[np.floating]
    """(segments, h, w, 1888), float16 as a machine keeps them; (segments, 1920) where a tail at rest heard them."""
    statistics: Array
    """(segments, 79), cepstral."""
    labels: npt.NDArray[np.int64]
    """(clips,): 0 negative, 1 positive."""
    owner: npt.NDArray[np.intp]
    """(segments,): the clip, from 0, that each is of."""

    def __len__(self) -> int:
        return len(self.labels)

    def chosen(self, places: Sequence[int] | npt.NDArray[np.integer]) -> "HeardClips":
        """Return these clips alone, in this order."""
        rows = [np.flatnonzero(self.owner == place) for place in places]
        taken = np.concatenate(rows) if rows else np.zeros(0, np.intp)
        owner = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        return HeardClips(self.activations[taken], self.statistics[taken], self.labels[np.asarray(places, int)], owner)

    def recordings(self) -> list[Recording]:
        """Return the clips as the shared learning core takes them."""
        kinds = (Polarity.NEGATIVE, Polarity.POSITIVE)
        rows = [np.flatnonzero(self.owner == place) for place in range(len(self))]
        return [
            Recording(self.activations[row], kinds[label], self.statistics[row])
            for row, label in zip(rows, self.labels, strict=True)
        ]


def joined(parts: Sequence[HeardClips]) -> HeardClips:
    """Return the clips of all `parts`, one or more, in their order."""
    first = np.cumsum([0, *(len(part) for part in parts[:-1])])
    return HeardClips(
        np.concatenate([part.activations for part in parts]),
        np.concatenate([part.statistics for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.owner + before for part, before in zip(parts, first, strict=True)]),
    )


@dataclass(frozen=True)
class HeardUser:
    """One person: nothing said in `teach` is said in `held_out`."""

    name: str
    corpus: str
    gender: str
    teach: HeardClips
    held_out: HeardClips


class Population(Protocol):
    """People by number. One is made or read only when asked for, so that memory does not grow with their count."""

    @property
    def name(self) -> str:
        """Names what it is made of, whole: two populations of one name are the same people with the same clips."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> HeardUser: ...


@dataclass(frozen=True)
class Together:
    """A population whose people are all in memory: a few real speakers, or a test's."""

    name: str
    users: tuple[HeardUser, ...]

    def __len__(self) -> int:
        return len(self.users)

    def __getitem__(self, index: int) -> HeardUser:
        return self.users[index]


def gathered(population: Population) -> Together:
    """Return everybody's clips to teach with in one person's hands; all are in memory."""
    users = [population[index] for index in range(len(population))]
    teach, held_out = (joined([getattr(user, side) for user in users]) for side in ("teach", "held_out"))
    return Together(population.name, (HeardUser("everybody", "gathered", "unknown", teach, held_out),))


@dataclass(frozen=True)
class Part:
    """Some people of a population, such as those who were there before the others came."""

    whole: Population
    members: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.members or not all(0 <= member < len(self.whole) for member in self.members):
            raise UsageError(f"a part needs people from 0 to {len(self.whole) - 1} of {self.whole.name}")

    @property
    def name(self) -> str:
        """The whole's name and who is in."""
        return f"{self.whole.name}[{','.join(map(str, self.members))}]"

    def __len__(self) -> int:
        return len(self.members)

    def __getitem__(self, index: int) -> HeardUser:
        return self.whole[self.members[index]]
