"""The real secure sum as a round's `combine`: everybody's keys, masks and shares, without the network.

For small cohorts: a member costs a tenth of a second and more. The result is the weighted mean, rounded as the words
of a secure sum are. Keys are the operating system's, so that two runs have other masks and the same sum.
"""

import os
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from vsr_shared.secure_sum import server_round as server
from vsr_shared.secure_sum.client_round import OwnKeys, join_round, mask, uncover
from vsr_shared.secure_sum.enrolment import Identity, certify
from vsr_shared.secure_sum.member_checks import Assignment, OwnLimits
from vsr_shared.secure_sum.prekeys import sign_prekey
from vsr_shared.secure_sum.quantise import Quantisation, average, quantise
from vsr_shared.secure_sum.round_terms import Member, RoundTerms
from vsr_shared.secure_sum.tolerance import tolerance_for
from vsr_shared.weights import Array, Layout, digest
from vsr_simulations.engine.round_updates import RoundUpdates

_FEDERATION: Final = "simulated"
_SETTINGS: Final = "0" * 64


@dataclass(frozen=True)
class SecureMean:
    """Give it as `Hooks.combine`. FederationError for fewer than 3 or more than 128 people in a round."""

    ranges: Quantisation = field(default_factory=Quantisation)

    def __call__(self, updates: RoundUpdates) -> dict[str, Array]:
        """Return the mean update that a secure sum over everybody in `updates` says."""
        layout = Layout.of(updates.common)
        people, enrolment = len(updates.members), Ed25519PrivateKey.generate()
        machines = [_Machine(Ed25519PrivateKey.generate(), X25519PrivateKey.generate()) for _ in range(people)]
        members = tuple(machine.member(enrolment) for machine in machines)
        given = Assignment(_FEDERATION, digest(updates.common), _SETTINGS, layout.size + 1)
        tolerance = tolerance_for(people)
        terms = RoundTerms(
            _FEDERATION, updates.round, given.model_digest, _SETTINGS, given.size, self.ranges, tolerance, members
        )
        collecting, masked = server.open_round(terms), {}
        for number, machine in enumerate(machines):
            delta = layout.flatten({name: array[number] for name, array in updates.deltas.items()})
            words = quantise(delta, int(updates.clips[number]), [], self.ranges, people)
            ready = join_round(terms, given, machine.keys(enrolment), OwnLimits(), updates.round - 1)
            message, masked[number] = mask(ready, words, os.urandom)
            collecting = server.collect(collecting, number, message)
        unmasking, requests = server.close(collecting)
        for number, request in requests.items():
            unmasking = server.take(unmasking, number, uncover(masked[number], request)[0])
        return layout.unflatten(average(server.finish(unmasking), 0, self.ranges, people).delta)


@dataclass(frozen=True)
class _Machine:
    identity: Ed25519PrivateKey
    prekey: X25519PrivateKey

    def member(self, enrolment: Ed25519PrivateKey) -> Member:
        public = self.identity.public_key().public_bytes_raw()
        identity = Identity(public, certify(enrolment, public))
        return Member(identity, sign_prekey(self.identity, _FEDERATION, 0, self.prekey))

    def keys(self, enrolment: Ed25519PrivateKey) -> OwnKeys:
        public = self.identity.public_key().public_bytes_raw()
        return OwnKeys(public, {0: self.prekey}, enrolment.public_key().public_bytes_raw())
