"""Any number of made-up people whose activations are drawn, not heard: what scale is measured with.

Nobody's voice is simulated here (the generator does that); these are points that can be learnt from. In 32 hidden
directions a person's polarities lie apart partly as everybody's and partly as their own do, and the frozen
normalisation's own means and deviations turn hidden directions into activations of the size that a base expects.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from vsr_shared.audio.cepstrum import PLAIN, STATISTICS
from vsr_shared.errors import UsageError
from vsr_shared.network.parts import TRUNK_CHANNELS
from vsr_shared.weights import Array, Weights
from vsr_simulations.engine.heard import HeardClips, HeardUser

HIDDEN: Final = 32
COMMON_GAP: Final = 0.35
OWN_GAP: Final = 0.35
"""How far, in deviations, polarities lie from the middle: for everybody alike, and each person's own way."""


@dataclass(frozen=True)
class GeneratedActivations:
    """`count` people with `clips` clips to teach with and as many held out, half of each polarity."""

    seed: int
    count: int
    frozen: Weights
    """Of the base they are for."""
    clips: int = 30
    positions: tuple[int, int] = (2, 2)

    def __post_init__(self) -> None:
        if self.count < 1 or self.clips < 2 or self.clips % 2:
            raise UsageError("a generated population needs one person and two clips at least, and an even number")

    @property
    def name(self) -> str:
        """What they are made from."""
        return f"generated activations {self.seed} {self.count} {self.clips} {self.positions}"

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> HeardUser:
        if not 0 <= index < self.count:
            raise IndexError(index)
        random = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(index,)))
        gap = COMMON_GAP * self._common + OWN_GAP * random.normal(size=HIDDEN).astype(np.float32)
        place = 0.5 * random.normal(size=HIDDEN).astype(np.float32)
        return HeardUser(
            f"made{index:06d}", "generated", "unknown", self._clips(random, place, gap), self._clips(random, place, gap)
        )

    def _clips(self, random: np.random.Generator, place: Array, gap: Array) -> HeardClips:
        labels = random.permutation(np.arange(self.clips) % 2)
        height, width = self.positions
        hidden = random.standard_normal((self.clips, 1, 1, HIDDEN), dtype=np.float32)
        hidden = hidden + 0.5 * random.standard_normal((self.clips, height, width, HIDDEN), dtype=np.float32)
        hidden += place + (2 * labels[:, None, None, None] - 1).astype(np.float32) * gap
        mean = self.frozen["conv5_block32_0_bn/moving_mean"]
        deviation = np.sqrt(self.frozen["conv5_block32_0_bn/moving_variance"])
        activations = (mean + deviation * (hidden @ self._mixing)).astype(np.float16)
        # As many as there were when published code was run on these people: what comes after them must stay the same.
        statistics = np.zeros((self.clips, STATISTICS), np.float32)
        statistics[:, :PLAIN] = random.standard_normal((self.clips, PLAIN), dtype=np.float32)
        return HeardClips(activations, statistics, labels.astype(np.int64), np.arange(self.clips))

    @cached_property
    def _mixing(self) -> Array:
        """Hidden directions to channels, (32, 1888), the same for a population's people."""
        random = np.random.default_rng([self.seed, 7])
        mixing = random.standard_normal((HIDDEN, TRUNK_CHANNELS), dtype=np.float32)
        return mixing / np.float32(np.sqrt(HIDDEN))

    @cached_property
    def _common(self) -> Array:
        return np.random.default_rng([self.seed, 8]).standard_normal(HIDDEN, dtype=np.float32)
