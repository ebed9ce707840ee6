"""What the same round costs with Flower's SecAgg+: its own four stages on the member, its functions on the server.

One member's part is measured, and all of the server's. The messages between them are left out, as in
`secure_sum_cost`; so is what a process of its own for each message takes.
"""

import logging
import math
from typing import Any

import numpy as np
from flwr.app import ConfigRecord
from flwr.client.mod.secure_aggregation.secaggplus_mod import (
    SecAggPlusState,
    _collect_masked_vectors,
    _setup,
    _share_keys,
    _unmask,
)
from flwr.common import ndarrays_to_parameters
from flwr.common.secure_aggregation.crypto.shamir import combine_shares, create_shares
from flwr.common.secure_aggregation.crypto.symmetric_encryption import encrypt, generate_shared_key
from flwr.common.secure_aggregation.ndarrays_arithmetic import (
    parameters_addition,
    parameters_multiply,
    parameters_subtraction,
)
from flwr.common.secure_aggregation.quantization import dequantize, quantize
from flwr.common.secure_aggregation.secaggplus_constants import Key
from flwr.common.secure_aggregation.secaggplus_utils import pseudo_rand_gen, share_keys_plaintext_concat
from flwr.supercore.primitives.asymmetric import (
    bytes_to_private_key,
    bytes_to_public_key,
    generate_key_pairs,
    public_key_to_bytes,
)

from vsr_shared.secure_sum.tolerance import LARGEST_COHORT, tolerance_for
from vsr_shared.weights import Array
from vsr_simulations.bench.secure_sum_cost import Cost, Stopwatch, drawn_updates, exact_mean

CLIPPING_RANGE = 8.0
QUANTISATION_RANGE = 4_194_304
MODULUS = 4_294_967_296
MAX_WEIGHT = 1_000.0
"""These four are the defaults of Flower's `SecAggPlusWorkflow`."""


def secagg_plus_cost(parameters: int, cohort: int, silent: int) -> Cost:
    """Run one round in which `silent` of `cohort` people never send a masked vector.

    Neighbours, and the share of them that recovers a secret, are as in VSR's secure sum of so many people, or of one of
    several. The server's part is not run for more than 128 people: it would take hours.
    """
    logging.getLogger("flwr").setLevel(logging.WARNING)
    deltas, clips = drawn_updates(parameters, cohort)
    largest = -(-cohort // -(-cohort // LARGEST_COHORT))
    tolerance = tolerance_for(largest)
    member = _Member(tolerance.degree, max(2, round((tolerance.degree + 1) * tolerance.threshold / largest)))
    bytes_up, bytes_down = member.take_part(deltas[0], clips[0], tolerance.degree * silent // cohort)
    server_seconds = _take_off(member, deltas[0].size, cohort, silent) if cohort <= LARGEST_COHORT else math.nan
    error = _mean(deltas[: cohort - silent], clips) - exact_mean(deltas[: cohort - silent], clips[: cohort - silent])
    return Cost(
        "Flower SecAgg+",
        parameters,
        cohort,
        silent,
        member.watch.spent["member"],
        server_seconds,
        # Its workflow waits for everybody's vector before it adds the first (`send_and_receive`).
        (cohort - silent) * bytes_up,
        bytes_up,
        bytes_down,
        float(np.sqrt(np.mean(error**2))),
    )


class _Member:
    """One member, number 1, through Flower's four stages with neighbours 2, 3, ... who are keys alone."""

    def __init__(self, near: int, threshold: int) -> None:
        self.watch = Stopwatch()
        self.threshold = threshold
        self.peers = {number: (generate_key_pairs(), generate_key_pairs()) for number in range(2, near + 2)}
        self.state = SecAggPlusState()
        self.state.nid = 1

    def take_part(self, delta: Array, clips: int, silent: int) -> tuple[int, int]:
        """Go through the stages, the first `silent` neighbours being dead in the last; return bytes up and down."""
        set_up: Any = {
            Key.SAMPLE_NUMBER: len(self.peers) + 1,
            Key.SHARE_NUMBER: len(self.peers) + 1,
            Key.THRESHOLD: self.threshold,
            Key.CLIPPING_RANGE: CLIPPING_RANGE,
            Key.TARGET_RANGE: QUANTISATION_RANGE,
            Key.MOD_RANGE: MODULUS,
            Key.MAX_WEIGHT: MAX_WEIGHT,
        }
        parameters = ndarrays_to_parameters([delta])
        with self.watch.of("member"):
            said = [_setup(self.state, ConfigRecord(set_up))]
        keys: Any = {"1": [self.state.pk1, self.state.pk2]}
        keys |= {str(n): [public_key_to_bytes(public) for _, public in pairs] for n, pairs in self.peers.items()}
        with self.watch.of("member"):
            said.append(_share_keys(self.state, ConfigRecord(keys)))
        forwarded = ConfigRecord({Key.CIPHERTEXT_LIST: self._from_peers(), Key.SOURCE_LIST: list(self.peers)})
        with self.watch.of("member"):
            said.append(_collect_masked_vectors(self.state, forwarded, clips, parameters))
        dead = list(self.peers)[:silent]
        alive = [1, *list(self.peers)[silent:]]
        last = ConfigRecord({Key.ACTIVE_NODE_ID_LIST: alive, Key.DEAD_NODE_ID_LIST: dead})
        with self.watch.of("member"):
            said.append(_unmask(self.state, last))
        heard = [set_up, keys, dict(forwarded), dict(last)]
        return sum(map(_payload, said)), sum(map(_payload, heard))

    def _from_peers(self) -> list[bytes]:
        """What the neighbours seal for this member: shares of theirs, for which its own stand in."""
        own = bytes_to_public_key(self.state.pk2)
        seed_share, key_share = self.state.rd_seed_share_dict[1], self.state.sk1_share_dict[1]
        return [
            encrypt(generate_shared_key(second[0], own), share_keys_plaintext_concat(number, 1, seed_share, key_share))
            for number, (_, second) in self.peers.items()
        ]


def _take_off(member: _Member, size: int, cohort: int, silent: int) -> float:
    """Seconds to take off a self mask for each that answered, and for each that did not one a neighbour."""
    watch, threshold = Stopwatch(), member.threshold
    shares = [create_shares(secret, threshold, threshold) for secret in (member.state.rd_seed, member.state.sk1)]
    total: list[Any] = [np.zeros((), np.int64), np.zeros(size, np.int64)]
    shapes = [word.shape for word in total]
    masked = [word.copy() for word in total]
    with watch.of("server"):
        for _ in range(cohort - silent):
            total = parameters_addition(total, masked)
            total = parameters_subtraction(total, pseudo_rand_gen(combine_shares(shares[0]), MODULUS, shapes))
        for _ in range(silent):
            private = bytes_to_private_key(combine_shares(shares[1]))
            for (_, public), _ in member.peers.values():
                total = parameters_addition(
                    total, pseudo_rand_gen(generate_shared_key(private, public), MODULUS, shapes)
                )
    return watch.spent["server"]


def _payload(values: Any) -> int:
    """Bytes of what a record holds: 8 for each number, the length of each string of bytes."""
    if isinstance(values, dict):
        return sum(map(_payload, values.values()))
    if isinstance(values, list | tuple):
        return sum(map(_payload, values))
    return len(values) if isinstance(values, bytes) else 8


def _mean(deltas: list[Array], clips: list[int]) -> Any:
    """The mean that comes out, without the masks, which cancel."""
    total, ratios = np.zeros(deltas[0].size, np.int64), 0
    for delta, count in zip(deltas, clips, strict=False):
        ratio = round(count / MAX_WEIGHT * QUANTISATION_RANGE)
        scaled: Any = parameters_multiply([delta], ratio / QUANTISATION_RANGE)
        total += quantize(scaled, CLIPPING_RANGE, QUANTISATION_RANGE)[0]
        ratios += ratio
    found = dequantize([total], CLIPPING_RANGE, QUANTISATION_RANGE)[0] - (len(deltas) - 1) * CLIPPING_RANGE
    return found * (QUANTISATION_RANGE / ratios)
