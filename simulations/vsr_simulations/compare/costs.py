"""What a method costs a person in a round: bytes with the secure sum's real messages, and processor time."""

from dataclasses import dataclass

from vsr_shared.weights import Layout, to_bytes
from vsr_simulations.bench.secure_sum_cost import secure_sum_cost
from vsr_simulations.engine.method import Method
from vsr_simulations.engine.rounds import Start

FEWEST: int = 3
"""People whom a secure sum needs."""


@dataclass(frozen=True)
class Traffic:
    """Of one person in one round."""

    numbers: int
    """That travel."""
    bytes_up: int
    """Masked vector, sealed shares, and the answer that takes the masks off."""
    bytes_down: int
    """What is common of the model, the cohort's keys, and the request."""


NOTHING = Traffic(0, 0, 0)


def traffic(method: Method, start: Start, people: int) -> Traffic:
    """Return what travels between one of `people` people (3 at least) and the server, each of them taking part.

    A real round of the secure sum is run with as many numbers, everybody answering. Nothing, too, for a method that
    gathers recordings: they travel, and once, which no round shows.
    """
    if method.local is None or method.gathers:
        return NOTHING
    common = {**start.weights, **method.beside}
    shared = {name: array for name, array in common.items() if method.shared is None or name in method.shared}
    if not shared:
        return NOTHING
    numbers = Layout.of(shared).size
    cost = secure_sum_cost(numbers, max(FEWEST, people), 0)
    return Traffic(numbers, cost.bytes_up, len(to_bytes(shared)) + cost.bytes_down)
