"""What the attacker measures of an update: how far the inputs and the outputs of each layer moved.

A layer's slope is what came in times what was wrong (Phong et al., *Privacy-Preserving Deep Learning via Additively
Homomorphic Encryption*, TIFS 2018, section III), so that the mean change of a kernel's row tells how strong that input
was, and of a column how wrong that output. Adam evens single numbers out, not these means. Feng et al. 2021, section
III, look at layers one by one as well, and find the first to tell most.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_shared.weights import Layout

Rows = npt.NDArray[np.float32]

_KERNELS: Final = ("conv5_block32_1_conv/kernel", "conv5_block32_2_conv/kernel", "hidden/kernel")
FIRST: Final = "the first layer"
ALL: Final = "all layers"


@dataclass(frozen=True)
class Traits:
    """What is measured of each of d updates."""

    first: Rows
    """(d, 4032): of the first layer that is trained."""
    others: Rows
    """(d, m): of all the others."""

    def of(self, part: str) -> Rows:
        """Return those of FIRST, or of ALL, as `coordinates`."""
        return coordinates(self.first if part == FIRST else np.concatenate([self.first, self.others], axis=1))

    def __len__(self) -> int:
        return len(self.first)

    @classmethod
    def stack(cls, each: "list[Traits]") -> "Traits":
        """Return those of all, in their order."""
        return cls(np.concatenate([one.first for one in each]), np.concatenate([one.others for one in each]))


def traits_of(vector: npt.NDArray[np.floating], layout: Layout) -> Traits:
    """Return what is measured of one `vector` (n,) in the order of `layout`, that of a tail and head; d is 1."""
    delta = layout.unflatten(vector)
    first, *others = (_moved(delta[name].reshape(-1, delta[name].shape[-1])) for name in _KERNELS)
    rest = [delta[name].ravel() for name, _ in layout.entries if name not in _KERNELS]
    return Traits(first[None], np.concatenate([*others, *rest])[None])


def coordinates(features: Rows) -> Rows:
    """Return rows (d, at most d) that lie to each other as those of `features` (d, f) do, each of these weighing alike.

    Every feature is brought to mean 0 and deviation 1 over all rows, whose attributes nobody needs for that; the rest
    is a rotation. With a few hundred rows of many thousand features it makes whatever is learnt of them far cheaper.
    """
    spread = features.std(axis=0)
    alike = spread > 1e-12 * max(float(spread.max()), 1e-30)
    scaled = ((features - features.mean(axis=0))[:, alike] / spread[alike]).astype(np.float64)
    values, turned = np.linalg.eigh(scaled @ scaled.T)
    kept = values > 1e-9 * max(float(values.max()), 1e-30)
    return np.asarray(turned[:, kept] * np.sqrt(values[kept]), np.float32)


def _moved(kernel: Rows) -> Rows:
    """Return the mean change and the mean size of a change, of each row and of each column."""
    size = np.abs(kernel)
    return np.concatenate([kernel.mean(axis=1), size.mean(axis=1), kernel.mean(axis=0), size.mean(axis=0)])
