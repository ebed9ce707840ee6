"""One-time keys that machines publish: what cannot be used stands in no cohort, as everybody would refuse the round."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flwr.app import RecordDict

from vsr_server.coordination.one_time_keys import OneTimeKeys
from vsr_server.coordination.round_events import ReplyMissing
from vsr_server.flower.machines import Answer, Machines
from vsr_shared.federation.events import Event
from vsr_shared.federation.key_records import PublishedKeys, keys_to_records
from vsr_shared.secure_sum.enrolment import Identity
from vsr_shared.secure_sum.prekeys import Prekey, sign_prekey

SMALL_ORDER = bytes(32)


class Published:
    """Machines of whom each publishes one key, by node."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        self.identities = {node: Ed25519PrivateKey.generate() for node in keys}
        self.prekeys = {node: self._signed(node, key) for node, key in keys.items()}
        self.told: list[Event] = []

    def ask(self, contents: Mapping[int, RecordDict], on_answer: Callable[[Answer], None], **_: Any) -> None:
        for node in contents:
            on_answer(Answer(node, keys_to_records(PublishedKeys(self._public(node), (self.prekeys[node],)))))

    def seated(self) -> list[int]:
        enrolled = {self._public(node): Identity(self._public(node), bytes(64)) for node in self.identities}
        seats = OneTimeKeys("f00").seats(cast(Machines, self), list(self.identities), enrolled, self.told.append)
        return sorted(seat.node for seat in seats)

    def _public(self, node: int) -> bytes:
        return self.identities[node].public_key().public_bytes_raw()

    def _signed(self, node: int, key: bytes) -> Prekey:
        statement = b"vsr one-time key\0f00\0" + bytes(8) + key
        return Prekey(0, key, self.identities[node].sign(statement))


def fresh() -> bytes:
    return X25519PrivateKey.generate().public_key().public_bytes_raw()


def test_keys_that_can_be_used_have_a_seat() -> None:
    machines = Published({1: fresh(), 2: fresh(), 3: fresh()})
    own = X25519PrivateKey.generate()
    machines.prekeys[3] = sign_prekey(machines.identities[3], "f00", 4, own)
    assert machines.seated() == [1, 2, 3]
    assert not machines.told


@pytest.mark.parametrize("point", [SMALL_ORDER, (1).to_bytes(32, "little")], ids=["0", "1"])
def test_a_signed_point_that_agrees_on_nothing_has_none(point: bytes) -> None:
    machines = Published({1: fresh(), 2: point, 3: fresh()})
    assert machines.seated() == [1, 3]
    assert [(event.node, "no key" in event.reason) for event in machines.told if isinstance(event, ReplyMissing)] == [
        (2, True)
    ]


def test_a_key_that_two_machines_publish_seats_the_first_alone() -> None:
    shared = fresh()
    assert Published({1: shared, 2: fresh(), 3: shared}).seated() == [1, 2]
