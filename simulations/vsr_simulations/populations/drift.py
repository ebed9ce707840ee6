"""People who change over the rounds: from one population to another of the same people, clip by clip.

What changes is what the two differ in: a microphone, a voice (`generated_voices`, a changed speaker), the mix of
polarities (`altered.LabelSkew` with two seeds), or all of it.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import UsageError
from vsr_simulations.engine.heard import HeardClips, HeardUser, Population, joined


@dataclass(frozen=True)
class Drift:
    """As in `first` before the first round, as in `second` from round `over` on, and evenly between."""

    first: Population
    second: Population
    over: int
    """Rounds that it takes."""
    seed: int = 0
    """Of the order in which each person's clips change."""
    number: int = 0
    """The round that it stands in."""

    def __post_init__(self) -> None:
        if len(self.first) != len(self.second) or self.over < 1:
            raise UsageError("a drift needs two populations of the same people, and one round or more")

    @property
    def name(self) -> str:
        """Both names and how one becomes the other, whatever the round."""
        return f"({self.first.name} > {self.second.name})|drift {self.over} {self.seed}"

    def in_round(self, number: int) -> "Drift":
        """Return the people as they are in round `number`."""
        return replace(self, number=number)

    def __len__(self) -> int:
        return len(self.first)

    def __getitem__(self, index: int) -> HeardUser:
        before, after = self.first[index], self.second[index]
        if before.name != after.name:
            raise UsageError(f"a drift needs the same people in both populations: {before.name} is not {after.name}")
        share = min(1.0, self.number / self.over)
        orders = [np.random.default_rng([self.seed, index, place]) for place in (9, 10)]
        return replace(
            before,
            teach=_between(before.teach, after.teach, share, orders[0]),
            held_out=_between(before.held_out, after.held_out, share, orders[1]),
        )


def _between(before: HeardClips, after: HeardClips, share: float, random: np.random.Generator) -> HeardClips:
    """Return the clips with this share of them changed: of as many clips on both sides each is there once."""
    order = random.permutation(max(len(before), len(after)))
    stay, come = ([place for place in order if place < len(clips)] for clips in (before, after))
    kept = stay[round(share * len(stay)) :]
    new = come[: round(share * len(come))]
    return joined([before.chosen(_sorted(kept)), after.chosen(_sorted(new))])


def _sorted(places: list[np.intp]) -> npt.NDArray[np.intp]:
    return np.sort(np.asarray(places, np.intp))
