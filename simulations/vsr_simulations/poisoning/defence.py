"""What the server and the honest machines do about it: the code that ships, one defence alone or together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_server.coordination.gate import Figures, GateRule, judge
from vsr_server.coordination.groups import equal_parts
from vsr_server.coordination.robust import COMBINATIONS, Bounds, across, combine, left_out
from vsr_server.coordination.validation import ValidationSet
from vsr_shared.federation.chain import Mean
from vsr_shared.federation.messages import CLIP_NORM, LOSS_BEFORE
from vsr_shared.federation.secure_update import mean_of_means
from vsr_shared.secure_sum.field import Words
from vsr_shared.secure_sum.quantise import Quantisation, average, quantise
from vsr_shared.weights import Array, Layout, Weights

_ALL: Final = "all"


@dataclass(frozen=True)
class Defence:
    """Which of the defences are up."""

    name: str
    clip_norm: float | None = None
    """Honest machines shorten their updates to it, and the server leaves out sums whose mean is longer."""
    groups: int = 1
    """Sums that the cohort is drawn into; from three on their geometric median is taken."""
    validated: bool = False
    """A candidate that the validation recordings speak against is not promoted."""
    looked_back: bool = False
    """A version under which the machines' own loss rises is rolled back."""
    combination: str = ""
    """Another way to combine sums than the one that ships, by its name in `COMBINATIONS`."""


def defences(groups: int, clip_norm: float = CLIP_NORM) -> tuple[Defence, ...]:
    """Return none, each alone, and all together."""
    return (
        Defence("none"),
        Defence("bound", clip_norm),
        Defence("groups", groups=groups),
        Defence("gate", validated=True),
        Defence("look back", looked_back=True),
        Defence("together", clip_norm, groups, validated=True, looked_back=True),
    )


@dataclass
class Server:
    """The server of one simulated federation, through its rounds."""

    defence: Defence
    validation: ValidationSet
    layout: Layout
    rule: GateRule = field(default_factory=GateRule)
    ranges: Quantisation = field(default_factory=Quantisation)
    held_back: int = 0
    """Candidates that the gate did not let through, and versions rolled back."""
    sums_left_out: int = 0
    _before: tuple[Array, Figures] | None = None
    """The version before the one in use, and what is known of it."""
    _in_use: Figures | None = None
    _best: Figures | None = None

    def step(
        self,
        model: Array,
        vectors: npt.NDArray[np.float32],
        clips: Sequence[int],
        losses: Sequence[float],
        parts: Sequence[Sequence[int]],
    ) -> Array:
        """Return the change (n,) of the common `model` (n,) that follows from what the machines sent."""
        means = [mean for part in parts if (mean := self._sum(vectors, clips, losses, part)) is not None]
        nothing = np.zeros_like(model)
        if not means:
            return nothing
        mean = self._combined(means)
        if self._in_use is None:
            self._in_use = self._judged(model)
        now = replace(self._in_use, loss=mean.metrics[LOSS_BEFORE], machines=len(clips))
        if self.defence.looked_back and self._before is not None:
            weights, figures = self._before
            if not judge(Figures(loss=now.loss, machines=now.machines), figures, self.rule).promote:
                self.held_back += 1
                self._before, self._in_use = None, None
                return np.asarray(weights - model, np.float32)
        delta = mean.delta[_ALL]
        after = self._judged(model + delta)
        if self.defence.validated and not judge(after, now, self.rule, self._best).promote:
            self.held_back += 1
            self._before = None
            return nothing
        self._before, self._in_use = (model.copy(), now), after
        if self._best is None or _nll(after) < _nll(self._best):
            self._best = after
        return delta

    def _judged(self, model: Array) -> Figures:
        return Figures(self.validation.judged(self.layout.unflatten(model)) if self.defence.validated else None)

    def _sum(
        self, vectors: npt.NDArray[np.float32], clips: Sequence[int], losses: Sequence[float], part: Sequence[int]
    ) -> Mean | None:
        """The mean of one secure sum, by the quantiser that ships; what masks would add they take off again."""
        words = [quantise(vectors[one], clips[one], [losses[one]], self.ranges, len(part)) for one in part]
        total: Words = np.add.reduce(np.stack(words), axis=0, dtype=np.uint32)
        found = average(total, 1, self.ranges, len(part))
        mean = Mean({_ALL: found.delta.astype(np.float32)}, found.clips, {LOSS_BEFORE: found.metrics[0]})
        if self.defence.clip_norm is not None and left_out(
            mean, len(part), Bounds(self.defence.clip_norm, self.ranges)
        ):
            self.sums_left_out += 1
            return None
        return mean

    def _combined(self, means: Sequence[Mean]) -> Mean:
        if self.defence.combination and len(means) > 1:
            return across(means, COMBINATIONS[self.defence.combination])
        return combine(means) if self.defence.groups > 1 else mean_of_means(means)


def _nll(figures: Figures) -> float:
    return figures.judged.nll if figures.judged else float("inf")


def drawn_parts(machines: int, groups: int, random: np.random.Generator) -> list[Sequence[int]]:
    """Return the sums' members, drawn by lot."""
    return equal_parts([int(one) for one in random.permutation(machines)], groups)


def shortened(vector: Array, clip_norm: float | None) -> Array:
    """Return an honest machine's update (n,) as it leaves."""
    length = float(np.linalg.norm(vector))
    if clip_norm is None or length <= clip_norm:
        return vector
    return np.asarray(vector * (clip_norm / length), np.float32)


def flat(deltas: Mapping[str, Array] | Weights) -> npt.NDArray[np.float32]:
    """Return arrays with a leading axis (u, ...) as rows (u, n), in the order of `Layout`."""
    names = sorted(deltas)
    return np.concatenate([deltas[name].reshape(len(deltas[name]), -1) for name in names], axis=1)
