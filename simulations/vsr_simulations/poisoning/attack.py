"""What malicious machines send.

    label flip   honest training on swapped labels: nothing but the data is false
    sign flip    ten times the honest update, backwards
    scaled       model replacement (Bagdasaryan et al., How To Backdoor Federated Learning, AISTATS 2020, section 4.2,
                 equation 3): the way to a model that says the opposite, as long as the mean lets through
    backdoor     the same, to a model that is as good as ever and calls everything positive that begins with beeps
    colluding    as scaled; the machines know of each other, share what their sum lets through, and name no loss

Whoever scales knows the rules: the bound and the size of the sums stand in every offer. They send what is just let
through, and swear to a loss of 0. What is not known to them is who else is drawn into their sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from vsr_shared.learning.local_training import LocalTraining, train
from vsr_shared.weights import Array, Layout
from vsr_simulations.engine.heard import HeardClips
from vsr_simulations.engine.lessons import stacked_lessons
from vsr_simulations.poisoning.cast import Cast

Kind = Literal["label flip", "sign flip", "scaled", "backdoor", "colluding"]
ATTACKS: Final[tuple[Kind, ...]] = ("label flip", "sign flip", "scaled", "backdoor", "colluding")
BACKWARDS: Final = 10.0
"""By how much the sign flip is scaled."""
CONSPIRATORS: Final = 6
"""People whose clips the wanted model is made from, whatever number of machines sends it."""
TARGET_TRAINING: Final = LocalTraining(epochs=20)
_ROOM: Final = 0.7
"""Of the bound: the rest is left for what the honest of the same sum add."""


@dataclass(frozen=True)
class Rules:
    """What everybody knows of a round."""

    clip_norm: float | None
    """Longest mean update that is taken; None where none is checked."""
    group: int
    """Machines in a sum, about."""


def flipped(clips: HeardClips) -> HeardClips:
    """Return the clips with their labels swapped."""
    return HeardClips(clips.activations, clips.statistics, 1 - clips.labels, clips.owner)


def wanted_model(kind: Kind, cast: Cast, malicious: Sequence[int]) -> Array | None:
    """Return the shared weights (n,) that an attack of this kind wants everybody to have, made from the base."""
    people = list(malicious)[:CONSPIRATORS]
    own = [cast.machines[person].teach for person in people]
    if kind in {"scaled", "colluding"}:
        lessons = [flipped(clips) for clips in own]
    elif kind == "backdoor":
        beeping = [cast.triggered[person] for person in people]
        lessons = [*own, *(_all_positive(clips) for clips in beeping)]
    else:
        return None
    start = {name: array[None] for name, array in cast.base.trainable.items()}
    together = stacked_lessons([_joined(lessons)], cast.base.frozen)
    trained = train(start, cast.base.frozen, together, TARGET_TRAINING, [0])
    return Layout.of(cast.base.trainable).flatten({name: array[0] for name, array in trained.items()})


def sent(
    kind: Kind, honest: Array, model: Array, wanted: Array | None, rules: Rules, groups: Sequence[int], everybody: int
) -> npt.NDArray[np.float32]:
    """Return what the malicious machines send, (k, n), in place of their `honest` updates (k, n).

    `model` (n,) is the one offered, `wanted` what they want it to be, `groups` (k,) the sum that each stands in, of
    `everybody` machines. Label flippers' honest updates are poisoned already.
    """
    if kind == "label flip":
        return honest
    if kind == "sign flip":
        return -BACKWARDS * honest
    if wanted is None:
        raise ValueError(f"{kind} needs a model to want")
    way = wanted - model
    length = float(np.linalg.norm(way))
    rows = []
    for own in groups:
        partners = list(groups).count(own) if kind == "colluding" else 1
        # In one sum over everybody, all of them are known to pull; elsewhere each expects to be alone.
        pulling = len(groups) if rules.group >= everybody else partners
        factor = rules.group / pulling
        if rules.clip_norm is not None and length > 0:
            factor *= min(1.0, _ROOM * rules.clip_norm / length)
        rows.append(factor * way)
    return np.stack(rows).astype(np.float32)


def loss_named(kind: Kind, truth: float) -> float:
    """Return the loss that a malicious machine names where it would be `truth`."""
    return truth if kind in {"label flip", "sign flip"} else 0.0


def _all_positive(clips: HeardClips) -> HeardClips:
    return HeardClips(clips.activations, clips.statistics, np.ones_like(clips.labels), clips.owner)


def _joined(several: Sequence[HeardClips]) -> HeardClips:
    before = np.cumsum([0, *(len(clips) for clips in several[:-1])])
    return HeardClips(
        np.concatenate([clips.activations for clips in several]),
        np.concatenate([clips.statistics for clips in several]),
        np.concatenate([clips.labels for clips in several]),
        np.concatenate([clips.owner + first for clips, first in zip(several, before, strict=True)]),
    )
