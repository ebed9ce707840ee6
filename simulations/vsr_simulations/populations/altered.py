"""Populations whose people teach with fewer, other or wrongly labelled clips; what judges them stays as it is.

Each wraps another population and alters one person at a time, by a seed and the person's number.
"""

from dataclasses import dataclass, replace

import numpy as np

from vsr_shared.errors import UsageError
from vsr_simulations.engine.heard import HeardUser, Population


@dataclass(frozen=True)
class FewClips:
    """At most `count` clips each, half of either polarity where there are so many, drawn by `seed`."""

    whole: Population
    count: int
    seed: int = 0

    @property
    def name(self) -> str:
        """The whole's name and what was done."""
        return f"{self.whole.name}|few {self.count} {self.seed}"

    def __len__(self) -> int:
        return len(self.whole)

    def __getitem__(self, index: int) -> HeardUser:
        user = self.whole[index]
        random = np.random.default_rng([self.seed, index, 1])
        negative, positive = (random.permutation(np.flatnonzero(user.teach.labels == label)) for label in (0, 1))
        # Of an odd number the one more falls to either polarity by chance.
        half = (self.count + int(random.integers(2))) // 2
        positives = max(min(half, len(positive)), min(self.count - len(negative), len(positive)))
        taken = np.concatenate([positive[:positives], negative[: self.count - positives]])
        return replace(user, teach=user.teach.chosen(np.sort(taken)))


@dataclass(frozen=True)
class LabelSkew:
    """Shares of the polarities drawn from a symmetric Dirichlet of `alpha` (Hsu et al. 2019, section 3).

    The smaller, the less even. Everybody keeps as many of their clips as their shares allow, one at least.
    """

    whole: Population
    alpha: float
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.alpha > 0:
            raise UsageError(f"a Dirichlet's alpha lies above 0, not {self.alpha:g}")

    @property
    def name(self) -> str:
        """The whole's name and what was done."""
        return f"{self.whole.name}|labels {self.alpha:g} {self.seed}"

    def __len__(self) -> int:
        return len(self.whole)

    def __getitem__(self, index: int) -> HeardUser:
        user = self.whole[index]
        random = np.random.default_rng([self.seed, index, 2])
        shares = random.dirichlet([self.alpha, self.alpha])
        places = [random.permutation(np.flatnonzero(user.teach.labels == label)) for label in (0, 1)]
        there = np.array([len(one) for one in places])
        total = min(there[label] / shares[label] for label in (0, 1) if shares[label] * len(user.teach) >= 0.5)
        taken = [one[: round(total * share)] for one, share in zip(places, shares, strict=True)]
        chosen = np.sort(np.concatenate(taken))
        return replace(user, teach=user.teach.chosen(chosen if len(chosen) else places[int(there.argmax())][:1]))


@dataclass(frozen=True)
class AmountSkew:
    """Numbers of clips drawn log-normally with deviation `spread`, the most that anybody keeps being what they have."""

    whole: Population
    spread: float
    median: int = 20
    seed: int = 0

    @property
    def name(self) -> str:
        """The whole's name and what was done."""
        return f"{self.whole.name}|amount {self.median} {self.spread:g} {self.seed}"

    def __len__(self) -> int:
        return len(self.whole)

    def __getitem__(self, index: int) -> HeardUser:
        random = np.random.default_rng([self.seed, index, 3])
        count = max(1, round(self.median * float(np.exp(self.spread * random.normal()))))
        return FewClips(self.whole, count, self.seed)[index]


@dataclass(frozen=True)
class LabelNoise:
    """Each clip taught with the wrong polarity with chance `share`, 0 to 1."""

    whole: Population
    share: float
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise UsageError(f"a share of wrong labels lies between 0 and 1, not {self.share:g}")

    @property
    def name(self) -> str:
        """The whole's name and what was done."""
        return f"{self.whole.name}|noise {self.share:g} {self.seed}"

    def __len__(self) -> int:
        return len(self.whole)

    def __getitem__(self, index: int) -> HeardUser:
        user = self.whole[index]
        wrong = np.random.default_rng([self.seed, index, 4]).random(len(user.teach)) < self.share
        return replace(
            user, teach=replace(user.teach, labels=np.where(wrong, 1 - user.teach.labels, user.teach.labels))
        )
