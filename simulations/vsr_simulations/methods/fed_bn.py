"""FedBN: what normalises stays with each person, all else is common. Li et al., ICLR 2021, section 3.2.

The paper keeps scale, shift and statistics of every batch normalisation at home. Here two lie behind the cut: their
scale and shift (4,096 numbers) are each person's own. Their statistics are the base's, stored, in training too
(`network.parts`): nobody's batch sets them and none travel. A person's own statistics are what `speaker_norm` takes.
With nothing at home it is FedAvg.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from vsr_shared.network.parts import TAIL_SHAPES
from vsr_simulations.engine.method import Method
from vsr_simulations.methods.fed_per import fed_per

NORMALISATION: Final = tuple(name for name in TAIL_SHAPES if name.endswith(("/gamma", "/beta")))


def fed_bn(personal: Collection[str] = NORMALISATION) -> Method:
    """Return FedBN with the arrays named `personal` each person's own."""
    return replace(fed_per(personal), name="fedbn", source="Li et al., ICLR 2021, section 3.2")
