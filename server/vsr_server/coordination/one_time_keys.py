"""The one-time keys that machines published, asked for outside the rounds and kept in memory.

A server that starts anew asks anew: a key that it forgot is one that nobody uses.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from vsr_server.coordination.round_events import ReplyMissing
from vsr_server.coordination.server_events import Tell
from vsr_server.flower.machines import Answer, Machines
from vsr_shared.errors import FederationError
from vsr_shared.federation.key_records import keys_from_records, wanted_to_records
from vsr_shared.secure_sum.agreement import is_key
from vsr_shared.secure_sum.enrolment import Identity
from vsr_shared.secure_sum.prekeys import Prekey, is_signed
from vsr_shared.secure_sum.round_terms import Member

STOCK: Final = 20
KEYS_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Seat:
    """A member of a cohort and the node that speaks for it."""

    node: int
    member: Member


class OneTimeKeys:
    """Keys of the machines of one federation."""

    def __init__(self, federation: str) -> None:
        self._federation = federation
        self._stock: dict[int, tuple[Identity, deque[Prekey]]] = {}

    def seats(
        self, machines: Machines, nodes: Sequence[int], enrolled: Mapping[bytes, Identity], tell: Tell
    ) -> list[Seat]:
        """Return a seat, with a fresh key, for each of `nodes` that has one; nodes without are asked for more.

        Only identities in `enrolled` have a seat, by their public keys.
        """
        self._stock = {node: held for node, held in self._stock.items() if enrolled.get(held[0].key) == held[0]}
        without = [node for node in nodes if node not in self._stock or not self._stock[node][1]]
        if without:
            machines.ask(
                dict.fromkeys(without, wanted_to_records(self._federation, STOCK)),
                group="keys",
                timeout=KEYS_SECONDS,
                on_answer=lambda answer: self._take(answer, enrolled, tell),
            )
        found = [Seat(node, Member(self._stock[node][0], self._stock[node][1].popleft())) for node in self._with(nodes)]
        # Nobody may sit twice, under another's identity or with another's key, which everybody would refuse the round
        # for: the first keeps the seat.
        by_identity = {seat.member.identity.key: seat for seat in reversed(found)}
        return list({seat.member.prekey.key: seat for seat in by_identity.values()}.values())

    def _with(self, nodes: Sequence[int]) -> list[int]:
        return [node for node in nodes if node in self._stock and self._stock[node][1]]

    def _take(self, answer: Answer, enrolled: Mapping[bytes, Identity], tell: Tell) -> None:
        try:
            if answer.content is None:
                raise FederationError(answer.reason)
            keys = keys_from_records(answer.content)
            if keys.identity not in enrolled:
                raise FederationError("its identity is not enrolled")
            if not all(is_signed(key, self._federation, keys.identity) for key in keys.prekeys):
                raise FederationError("its one-time keys are not signed by its identity")
            if not all(is_key(key.key) for key in keys.prekeys):
                raise FederationError("one of its one-time keys is no key; everybody would refuse a round with it")
        except FederationError as error:
            tell(ReplyMissing(0, answer.node, str(error)))
            return
        self._stock[answer.node] = enrolled[keys.identity], deque(keys.prekeys)
