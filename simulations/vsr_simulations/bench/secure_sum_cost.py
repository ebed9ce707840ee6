"""What a secure sum costs: CPU, bytes and error of one round among people who exist in this process alone.

Every member's and the server's own code runs, with real keys. Nothing is trained and nothing is sent.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from vsr_shared.secure_sum import server_round as server
from vsr_shared.secure_sum.client_round import Masked, OwnKeys, join_round, mask, uncover
from vsr_shared.secure_sum.enrolment import Identity, certify
from vsr_shared.secure_sum.exchanges import MaskedVector, Uncovered, UnmaskRequest
from vsr_shared.secure_sum.member_checks import Assignment, OwnLimits
from vsr_shared.secure_sum.prekeys import sign_prekey
from vsr_shared.secure_sum.quantise import Quantisation, average, quantise
from vsr_shared.secure_sum.round_terms import Member, RoundTerms
from vsr_shared.secure_sum.tolerance import LARGEST_COHORT, tolerance_for
from vsr_shared.weights import Array

MEMBER_BYTES = 32 + 64 + 8 + 32 + 64
"""Identity, certificate, number, key and signature of one member in the terms."""


@dataclass(frozen=True)
class Cost:
    """Of one round."""

    scheme: str
    parameters: int
    cohort: int
    silent: int
    """People who never answered the first message."""
    client_seconds: float
    """CPU of one member over the whole round, without training, the middle one of those measured."""
    server_seconds: float
    """CPU of the server over the whole round; NaN where that was not run."""
    server_bytes: int
    """Vectors and sealed shares that the server holds at its fullest."""
    bytes_up: int
    """Sent by one member."""
    bytes_down: int
    """Sent to one member besides the model."""
    error: float
    """Root mean square between the mean update and that of the exact numbers."""


@dataclass
class Stopwatch:
    """CPU seconds of this process, of all its threads, by the name of who spent them."""

    spent: dict[object, float] = field(default_factory=dict)

    @contextmanager
    def of(self, who: object) -> Iterator[None]:
        """Count what the block costs as spent by `who`."""
        started = time.process_time()
        try:
            yield
        finally:
            self.spent[who] = self.spent.get(who, 0.0) + time.process_time() - started


def drawn_updates(parameters: int, cohort: int, seed: int = 0) -> tuple[list[Array], list[int]]:
    """Return updates like those of training, normal with a deviation of 0.01, and clips, 20 to 100."""
    rng = np.random.default_rng(seed)
    return (
        [0.01 * rng.standard_normal(parameters, np.float32) for _ in range(cohort)],
        [int(clips) for clips in rng.integers(20, 101, cohort)],
    )


def exact_mean(deltas: list[Array], clips: list[int]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the mean of `deltas` weighted by `clips`, in float64."""
    total = np.zeros(deltas[0].size)
    for delta, weight in zip(deltas, clips, strict=True):
        total += delta.astype(np.float64) * weight
    return np.asarray(total / sum(clips))


def secure_sum_cost(parameters: int, cohort: int, silent: int) -> Cost:
    """Run one round of VSR's secure sum in which `silent` of `cohort` people never answer.

    More than 128 people are several sums, as in a federation, one after the other. The members have met in an earlier
    round. Raises NoSum where more fall silent than `tolerance_for` allows.
    """
    count = -(-cohort // LARGEST_COHORT)
    sizes = [(cohort * (part + 1)) // count - (cohort * part) // count for part in range(count)]
    quiet = [(silent * (part + 1)) // count - (silent * part) // count for part in range(count)]
    sums = [_one_sum(parameters, size, out) for size, out in zip(sizes, quiet, strict=True)]
    return Cost(
        "VSR",
        parameters,
        cohort,
        silent,
        float(np.median([cost.client_seconds for cost in sums])),
        sum(cost.server_seconds for cost in sums),
        sum(cost.server_bytes for cost in sums),
        max(cost.bytes_up for cost in sums),
        max(cost.bytes_down for cost in sums),
        float(np.sqrt(np.mean([cost.error**2 for cost in sums]))),
    )


def _one_sum(parameters: int, cohort: int, silent: int) -> Cost:
    deltas, clips = drawn_updates(parameters, cohort)
    ranges, limits = Quantisation(update_range=0.1, most_clips=100), OwnLimits()
    watch, answering = Stopwatch(), range(cohort - silent)
    terms, keys = _cohort(cohort, parameters + 1, ranges, watch)
    given = Assignment(terms.federation, terms.round, terms.model_digest, terms.settings_digest, terms.size)
    up, down = np.zeros(cohort, int), np.full(cohort, cohort * MEMBER_BYTES)
    with watch.of("server"):
        collecting = server.open_round(terms)
    states: dict[int, Masked] = {}
    for number in answering:
        with watch.of(number):
            words = quantise(deltas[number], clips[number], [], ranges, cohort)
            fresh = replace(terms)  # each machine works the context out for itself
            message, states[number] = mask(join_round(fresh, given, keys[number], limits, 0), words, os.urandom)
            message.words.tobytes()
        up[number] += _first_bytes(message)
        with watch.of("server"):
            collecting = server.collect(collecting, number, message)
    with watch.of("server"):
        unmasking, requests = server.close(collecting)
    for number, request in requests.items():
        with watch.of(number):
            said, _ = uncover(states[number], request)
        down[number] += _request_bytes(request)
        up[number] += _answer_bytes(said)
        with watch.of("server"):
            unmasking = server.take(unmasking, number, said)
    with watch.of("server"):
        found = average(server.finish(unmasking), 0, ranges, cohort)
    error = found.delta - exact_mean(deltas[: len(answering)], clips[: len(answering)])
    return Cost(
        "VSR",
        parameters,
        cohort,
        silent,
        float(np.median([watch.spent[number] for number in answering])),
        watch.spent["server"],
        collecting.total.nbytes + message.words.nbytes + sum(map(_sealed_bytes, collecting.received.values())),
        int(up[answering].max()),
        int(down[answering].max()),
        float(np.sqrt(np.mean(error**2))),
    )


def _cohort(people: int, size: int, ranges: Quantisation, watch: Stopwatch) -> tuple[RoundTerms, list[OwnKeys]]:
    federation, enrolment = "bench", Ed25519PrivateKey.generate()
    members, keys = [], []
    for number in range(people):
        identity = Ed25519PrivateKey.generate()
        public = identity.public_key().public_bytes_raw()
        with watch.of(number):
            key = X25519PrivateKey.generate()
            prekey = sign_prekey(identity, federation, 0, key)
        members.append(Member(Identity(public, certify(enrolment, public)), prekey))
        keys.append(OwnKeys(public, {0: key}, enrolment.public_key().public_bytes_raw()))
    met = frozenset(member.identity for member in members)
    keys = [replace(own, known=met) for own in keys]
    digest = "0" * 64
    terms = RoundTerms(federation, 1, digest, digest, size, ranges, tolerance_for(people), tuple(members))
    return terms, keys


def _first_bytes(message: MaskedVector) -> int:
    return message.words.nbytes + _sealed_bytes(message)


def _sealed_bytes(message: MaskedVector) -> int:
    return sum(map(len, message.sealed)) + sum(map(len, message.checks))


def _request_bytes(request: UnmaskRequest) -> int:
    return 4 * len(request.included) + sum(map(len, request.sealed.values()))


def _answer_bytes(said: Uncovered) -> int:
    return sum(4 + shares.nbytes for shares in said.shares.values())
