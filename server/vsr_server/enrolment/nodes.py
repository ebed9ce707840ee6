"""The SuperLink is told which machines may take part: what the database says, and nothing else.

It is told at its start and whenever a machine comes or goes, so that a lost database of Flower's loses nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vsr_server.database.tables import Machine
from vsr_server.enrolment.machines import may_take_part

if TYPE_CHECKING:
    from vsr_server.enrolment.enrol import TellSuperLink
    from vsr_server.flower import flower_internals as flower


@dataclass(frozen=True)
class NodeStatus:
    """A machine as the running server sees it."""

    machine: Machine
    status: str
    """registered, online or offline; revoked, pending, or unknown where no server runs."""
    number: int | None


def tell_superlink(machines: Sequence[Machine], address: str, authority: bytes) -> None:
    """Make the SuperLink at `address` know those of `machines` that may take part, and forget the others.

    `authority` is its authority's certificate in PEM. Raises httpx.HTTPError where it does not answer.
    """
    from vsr_server.flower import flower_internals as flower

    with flower.control_client(address, authority) as control:
        listed = control.ListNodes(flower.ListNodesRequest()).nodes_info
        known = {info.public_key: info.node_id for info in listed if info.status != "unregistered"}
        for machine in machines:
            key = machine.node_key.encode()
            if may_take_part(machine) and key not in known:
                control.RegisterNode(flower.RegisterNodeRequest(public_key=key))
            elif machine.revoked_at is not None and key in known:
                control.UnregisterNode(flower.UnregisterNodeRequest(node_id=known[key]))


def teller(address: str, authority: bytes) -> "TellSuperLink":
    """Return what tells the SuperLink at `address` of one machine."""
    return lambda machine: tell_superlink([machine], address, authority)


def statuses(machines: Sequence[Machine], address: str, authority: bytes) -> list[NodeStatus]:
    """Return how the SuperLink at `address` sees `machines`; httpx.HTTPError where it does not answer."""
    from vsr_server.flower import flower_internals as flower

    with flower.control_client(address, authority) as control:
        listed = control.ListNodes(flower.ListNodesRequest()).nodes_info
    by_key = {info.public_key: info for info in listed if info.status != "unregistered"}
    return [_status(machine, by_key.get(machine.node_key.encode())) for machine in machines]


def unseen(machines: Sequence[Machine]) -> list[NodeStatus]:
    """Return how `machines` stand where no SuperLink can be asked."""
    return [_status(machine, None) for machine in machines]


def _status(machine: Machine, seen: "flower.NodeInfo | None") -> NodeStatus:
    if machine.revoked_at is not None:
        return NodeStatus(machine, "revoked", None)
    if not machine.certificate:
        return NodeStatus(machine, "pending", None)
    return NodeStatus(machine, seen.status, seen.node_id) if seen else NodeStatus(machine, "unknown", None)
