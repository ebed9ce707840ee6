"""Between a round's offer and a secure sum: what is asked, what an update becomes, what a sum says.

Takes the place of `chain` where the updates are summed securely: the same contents, as whole numbers.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from vsr_shared.errors import FederationError
from vsr_shared.federation.chain import LocalUpdate, Mean
from vsr_shared.federation.messages import RoundOffer
from vsr_shared.privacy.clipping import clipped
from vsr_shared.privacy.distributed_noise import NoiseShare, add_noise, noise_share
from vsr_shared.secure_sum.field import RandomBytes, Words
from vsr_shared.secure_sum.member_checks import Assignment
from vsr_shared.secure_sum.quantise import average, quantise
from vsr_shared.secure_sum.round_terms import RoundTerms
from vsr_shared.weights import Array, digest


def settings_digest(offer: RoundOffer) -> str:
    """SHA-256 of what `offer` asks besides its weights: base, training, smallest cohort, metrics, noise and so on."""
    noise = asdict(offer.noise) if offer.noise else None
    asked = [offer.base, asdict(offer.local), offer.minimum_cohort, offer.metrics, offer.layout.entries]
    asked += [offer.clip_norm, noise]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def assignment(offer: RoundOffer) -> Assignment:
    """Return what `offer` gives a machine to do, by the machine's own reckoning."""
    model, asked = digest(offer.weights), settings_digest(offer)
    return Assignment(offer.federation, offer.round, model, asked, offer.vector_size, offer.minimum_cohort)


def to_words(
    update: LocalUpdate, offer: RoundOffer, terms: RoundTerms, random_bytes: RandomBytes | None = None
) -> Words:
    """Return `update`, clipped and with this machine's noise, as the words that a secure sum adds up.

    `random_bytes` is where noise comes from: the operating system's (`os.urandom`), never a seeded one.
    FederationError where a metric is missing, or there is nothing to make the noise of that the offer asks for.
    """
    missing = [name for name in offer.metrics if name not in update.metrics]
    if missing:
        raise FederationError(f"the server asks for {', '.join(missing)}, which this machine does not measure")
    figures = [update.metrics[name] for name in offer.metrics]
    delta = clipped(offer.layout.flatten(update.delta), offer.clip_norm)
    share, cohort = share_of(offer, terms), terms.tolerance.cohort
    if share is None:
        return quantise(delta, update.clips, figures, terms.ranges, cohort)
    if random_bytes is None:
        raise FederationError("the round asks for noise, and nothing was given to make it of; nothing was sent")
    words = quantise(delta, update.clips, figures, share.ranges, cohort, share.room)
    add_noise(words, share, delta.size, random_bytes)
    return words


def share_of(offer: RoundOffer, terms: RoundTerms) -> NoiseShare | None:
    """Return the noise that each machine adds in this round; None where it adds none."""
    if offer.noise is None:
        return None
    figures = len(offer.metrics)
    return noise_share(offer.noise, offer.clip_norm, terms.ranges, terms.tolerance, offer.layout.size, figures)


def from_sum(total: Words, offer: RoundOffer, terms: RoundTerms) -> Mean:
    """Return the mean that a secure sum's `total` says; FederationError where it is no sum of updates.

    With noise everybody weighs the same, and `clips` is how many people it is over.
    """
    share, cohort, figures = share_of(offer, terms), terms.tolerance.cohort, len(offer.metrics)
    if share is None:
        found = average(total, figures, terms.ranges, cohort)
    else:
        found = average(total, figures, share.ranges, cohort, share.room)
    metrics = dict(zip(offer.metrics, found.metrics, strict=True))
    return Mean(offer.layout.unflatten(found.delta), found.clips, metrics)


def mean_of_means(means: Sequence[Mean]) -> Mean:
    """Return the mean over the people of several sums, each by its clips."""
    clips = sum(mean.clips for mean in means)
    shares = [mean.clips / clips for mean in means]

    def mixed(values: Sequence[Array]) -> Array:
        return np.asarray(sum(share * value for share, value in zip(shares, values, strict=True)), np.float32)

    delta = {name: mixed([mean.delta[name] for mean in means]) for name in means[0].delta}
    metrics = {
        name: sum(share * mean.metrics[name] for share, mean in zip(shares, means, strict=True))
        for name in means[0].metrics
    }
    return Mean(delta, clips, metrics)
