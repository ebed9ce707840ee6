"""Who is asked in a round: whoever is connected once there are enough, and of too many some by lot."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import SystemRandom
from typing import Final

from vsr_server.coordination.one_time_keys import Seat
from vsr_server.coordination.plan import Plan
from vsr_server.coordination.server_events import MachinesOnline, Tell
from vsr_server.flower.machines import Machines
from vsr_shared.errors import FederationError

LOOK_SECONDS: Final = 0.3
_LONGEST_LOOK_SECONDS: Final = 3.0


class NoCohort(FederationError):
    """Too few machines came in time for a round."""


@dataclass(frozen=True)
class Cohort:
    """The machines of a round, and their places in a secure sum."""

    nodes: Sequence[int]
    seats: Sequence[Seat] = ()
    """Empty where the round is no secure one."""


Seats = Callable[[list[int]], list[Seat]]
"""Gives the places in a secure sum that the given machines have keys for."""


def wait_for_cohort(
    machines: Machines, plan: Plan, seats: Seats, tell: Tell, away: Callable[[], bool]
) -> Cohort | None:
    """Return whom to ask, once there are enough, with keys where the sum is to be secure.

    Raises NoCohort at the deadline. None where `away` says that no round is wanted any more.
    """
    began = time.monotonic()
    before, why = None, ""
    while not away():
        nodes = machines.online()
        if len(nodes) >= plan.machines_to_begin:
            asked = drawn(nodes, plan.largest_cohort)
            found = Cohort(asked, seats(asked) if plan.secure else ())
            if not plan.secure or len(found.seats) >= plan.machines_to_begin:
                return found
            why = f"; {len(found.seats)} of {len(asked)} connected ones gave keys for a secure sum"
        if len(nodes) != before:
            before = len(nodes)
            tell(MachinesOnline(len(nodes), plan.machines_to_begin))
        waited = time.monotonic() - began
        if waited > plan.cohort_timeout:
            raise NoCohort(
                f"{len(nodes)} machines came within {plan.cohort_timeout:g} s, a round needs "
                f"{plan.machines_to_begin}; start more, or ask for fewer with --min-clients{why}"
            )
        time.sleep(min(LOOK_SECONDS + waited / 100, _LONGEST_LOOK_SECONDS))
    return None


def drawn(nodes: Sequence[int], most: int | None) -> list[int]:
    """Return `nodes`, or `most` of them where there are more, by the system's randomness."""
    return list(nodes) if most is None or len(nodes) <= most else sorted(SystemRandom().sample(list(nodes), most))
