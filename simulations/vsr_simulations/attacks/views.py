"""An update as whoever runs the server sees it: by itself, shortened, under noise, in a sum, under masks.

    plain            what leaves a machine without a secure sum
    clipped          the same, shortened to the length that was agreed
    noise            the same among people whom the server knows all about: the sum is this one update and the noise of
                     the fewest honest people, the worst that distributed noise allows (docs/privacy.md)
    sum of n         the mean of a secure sum, really run, of which the person is one of n and the others are unknown
    masked vector    what the person's machine sends in that sum, really run

What is seen of shadow people the attacker makes in the same way; a sum of people whom one has invented needs no masks.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from vsr_shared.federation.messages import CLIP_NORM, RoundOffer
from vsr_shared.privacy.clipping import clipped
from vsr_shared.privacy.distributed_noise import noise_share
from vsr_shared.privacy.noise_terms import NoiseTerms
from vsr_shared.secure_sum.quantise import Quantisation, largest
from vsr_shared.secure_sum.tolerance import Tolerance, tolerance_for
from vsr_shared.weights import Array
from vsr_simulations.attacks.cast import Cast
from vsr_simulations.attacks.drawn_updates import Updates
from vsr_simulations.attacks.secure_round import offer_for, secure_round, signed
from vsr_simulations.privacy.noisy_mean import multiplier_for

DELTA: Final = 1e-6
NOISE_COHORT: Final = 10
MASKED_COHORT: Final = 10


@dataclass(frozen=True)
class View:
    """One setting."""

    name: str
    kind: Literal["plain", "clipped", "noise", "sum", "masked"]
    epsilon: float = 0.0
    """Of one round, at DELTA, for noise."""
    people: int = 1
    """In the sum."""


def views(epsilons: tuple[float, ...] = (8.0, 1.0), sums: tuple[int, ...] = (2, 10)) -> tuple[View, ...]:
    """Return all settings, from what tells most."""
    noisy = tuple(View(f"noise, epsilon {one:g} a round", "noise", epsilon=one) for one in epsilons)
    summed = tuple(View(f"sum of {count}", "sum", people=count) for count in sums)
    alone = (View("plain", "plain"), View("clipped", "clipped"))
    return (*alone, *noisy, *summed, View("masked vector", "masked"))


def seen(view: View, updates: Updates, cast: Cast, clip_norm: float, seed: int) -> Iterator[Array]:
    """Yield what is seen of each update, (n,) each, in their order."""
    random = np.random.default_rng([seed, len(view.name), view.people])
    offer, spread = offer_for(cast.base.trainable, CLIP_NORM), 0.0
    if view.kind == "masked":
        yield from _masked(updates, offer)
    elif view.kind == "noise":
        spread = least_noise(multiplier_for(view.epsilon, 1, DELTA), clip_norm, updates.layout.size)
    for row in range(len(updates.draws) if view.kind != "masked" else 0):
        vector = np.asarray(updates.vectors[row])
        if view.kind == "sum":
            yield _summed(view, updates, cast, offer, row, random)
        elif view.kind == "plain":
            yield vector
        else:
            short = clipped(vector, clip_norm)
            if view.kind == "noise":
                short = short + np.float32(spread) * random.standard_normal(vector.size, dtype=np.float32)
            yield short


def least_noise(multiplier: float, clip_norm: float, size: int, people: int = NOISE_COHORT) -> float:
    """Return the deviation, in an update's own numbers, of what the fewest honest people add to a sum."""
    tolerance = tolerance_for(people)
    share = noise_share(NoiseTerms(multiplier, DELTA, 1_000), clip_norm, Quantisation(), tolerance, size, 0)
    step = share.ranges.update_range / largest(tolerance.cohort, share.room.update)
    return share.update * step * math.sqrt(tolerance.least_honest)


def no_attacker_above(view: View) -> float:
    """Return how often anybody can be right at most who tells two kinds of people apart by one noisy update; else 1.

    Two updates lie two clip norms apart at most, and the likelier one of two Gaussians so far apart is the true one
    with chance Phi(1 / noise multiplier) (Dong, Roth and Su, *Gaussian Differential Privacy*, 2022, section 2).
    """
    if view.kind != "noise":
        return 1.0
    return 0.5 * (1 + math.erf(1 / multiplier_for(view.epsilon, 1, DELTA) / math.sqrt(2)))


def _summed(
    view: View, updates: Updates, cast: Cast, offer: RoundOffer, row: int, random: np.random.Generator
) -> Array:
    """Return the mean of a sum of this update and others of the same kind, of people whom nobody attacks."""
    draw = updates.draws[row]
    others = [
        place
        for place, other in enumerate(updates.draws)
        if other.kind == draw.kind and other.person != draw.person and not cast.people[other.person].attacked
    ]
    rows = [row, *random.choice(others, view.people - 1, replace=False)]
    vectors = [np.asarray(updates.vectors[one]) for one in rows]
    clips = [len(updates.places[one]) for one in rows]
    if not cast.people[draw.person].attacked:
        mean: Array = np.average(vectors, axis=0, weights=clips).astype(np.float32)
        return mean
    # Of three, one falls silent: no sum is over fewer than two, and a machine takes part in no smaller one.
    asked = max(3, view.people)
    silent = range(view.people, asked)
    tolerance = Tolerance(3, 1, 0) if asked == 3 else tolerance_for(asked)
    vectors += [np.zeros_like(vectors[0]) for _ in silent]
    clips += [1 for _ in silent]
    found = secure_round(offer, vectors, clips, tolerance, silent=silent)
    return updates.layout.flatten(found.mean.delta)


def _masked(updates: Updates, offer: RoundOffer) -> Iterator[Array]:
    """Yield the masked vector of every row, a cohort of rows at a time."""
    count = len(updates.draws)
    for first in range(0, count, MASKED_COHORT):
        # The last cohort is filled up with the first rows, which were sent already.
        rows = [place % count for place in range(first, first + MASKED_COHORT)]
        vectors: list[npt.NDArray[np.float32]] = [np.asarray(updates.vectors[one]) for one in rows]
        found = secure_round(offer, vectors, [len(updates.places[one]) for one in rows], tolerance_for(len(rows)))
        for place in range(min(MASKED_COHORT, count - first)):
            yield signed(found.masked[place])[:-1]
