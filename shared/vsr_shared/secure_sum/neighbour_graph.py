"""Who masks with whom: a ring in which each person is joined to the nearest on either side.

Bell et al., CCS 2020, eprint 2020/704, section 3: the sum stays secret where the honest people who are left hang
together, so that a few neighbours do instead of everybody. They take Harary's graph (The maximum connectivity of a
graph, PNAS 1962) over a random order, and so few neighbours that it comes apart rarely. Here the order follows from
a hash of the round, and the number of neighbours is such that it cannot come apart: Harary's graph of even degree k
stays connected when any k - 1 of its nodes are taken out.
"""

import hashlib
from collections.abc import Sequence

Graph = tuple[tuple[int, ...], ...]
"""For each person, by number, the numbers of their neighbours in ascending order."""


def neighbour_graph(context: bytes, identities: Sequence[bytes], degree: int) -> Graph:
    """Return the graph of `degree`, even or everybody, over `identities` in an order that `context` decides."""
    count = len(identities)
    if degree >= count - 1:
        return tuple(tuple(other for other in range(count) if other != own) for own in range(count))
    if degree % 2:
        raise ValueError(f"the ring needs an even number of neighbours, not {degree}")
    seats = sorted(range(count), key=lambda number: hashlib.sha256(context + identities[number]).digest())
    found: list[tuple[int, ...]] = [()] * count
    for seat, number in enumerate(seats):
        steps = [step for step in range(-degree // 2, degree // 2 + 1) if step]
        found[number] = tuple(sorted(seats[(seat + step) % count] for step in steps))
    return tuple(found)
