"""Why two exchanges are enough: a server that tells everyone something else, against the rules of tolerance alone.

The members' rule is `uncover`'s: of each included member the self mask, of each pair of an included and a silent
one the mask between them. A lying server is given everything that this uncovers, and all the colluders hold.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vsr_shared.errors import FederationError
from vsr_shared.secure_sum.neighbour_graph import Graph, neighbour_graph
from vsr_shared.secure_sum.tolerance import LARGEST_COHORT, Tolerance, tolerance_for

Views = Mapping[int, frozenset[int]]
"""Honest member to whom the server told it that the sum includes; only those who answer."""


def bared(graph: Graph, tolerance: Tolerance, honest: frozenset[int], views: Views) -> list[set[int]]:
    """Return the sets of honest people whose sum of vectors such a server can compute."""
    needed = tolerance.threshold - (tolerance.cohort - len(honest))
    own_mask = {i for i in honest if sum(i in told for told in views.values()) >= needed}

    def pair_mask(keeper: int, silent: int) -> bool:
        return sum(keeper in told and silent not in told for told in views.values()) >= needed

    def hidden(i: int, j: int) -> bool:
        return not pair_mask(i, j) and not pair_mask(j, i)

    left, found = set(honest), []
    while left:
        piece, edge = set(), [left.pop()]
        while edge:
            i = edge.pop()
            piece.add(i)
            more = {j for j in graph[i] if j in left and hidden(i, j)}
            left -= more
            edge += more
        if piece <= own_mask:
            found.append(piece)
    return found


def check(graph: Graph, tolerance: Tolerance, honest: frozenset[int], views: Views) -> None:
    found = bared(graph, tolerance, honest, views)
    assert len(found) <= 1, "at most one sum comes out of a round"
    assert all(len(piece) >= tolerance.least_honest >= 2 for piece in found)


def graph_of(tolerance: Tolerance) -> Graph:
    return neighbour_graph(b"round", [bytes([i]) for i in range(tolerance.cohort)], tolerance.degree)


def tolerances(largest: int) -> Iterator[Tolerance]:
    for people in range(3, largest + 1):
        for dropouts, colluders in product(range(people), repeat=2):
            try:
                yield Tolerance(people, dropouts, colluders)
            except FederationError:
                continue


@pytest.mark.parametrize("tolerance", [t for t in tolerances(5) if t.dropouts <= 1], ids=str)
def test_no_lie_at_all_bares_anybody_in_a_small_cohort(tolerance: Tolerance) -> None:
    """Every way to tell every honest member its own story, to some of them nothing."""
    graph, everybody = graph_of(tolerance), frozenset(range(tolerance.cohort))
    honest = frozenset(range(tolerance.cohort - tolerance.colluders))
    silences = [frozenset(c) for size in range(tolerance.dropouts + 1) for c in combinations(everybody, size)]
    stories = [[None] + [everybody - gone for gone in silences if i not in gone] for i in sorted(honest)]
    for told in product(*stories):
        views = {i: view for i, view in zip(sorted(honest), told, strict=True) if view is not None}
        check(graph, tolerance, honest, views)


LARGER = [tolerance for tolerance in tolerances(16) if tolerance.cohort > 5]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_lie_that_is_tried_bares_anybody_in_a_larger_cohort(data: st.DataObject) -> None:
    tolerance = data.draw(st.sampled_from(LARGER))
    everybody = list(range(tolerance.cohort))
    graph = graph_of(tolerance)
    honest = frozenset(data.draw(st.permutations(everybody))[tolerance.colluders :])
    # A target and its neighbours are the likeliest to be lied about.
    target = data.draw(st.sampled_from(sorted(honest)))
    views = {}
    for i in honest:
        about = [j for j in (*graph[target], target) if j != i]
        gone = data.draw(st.permutations(about))[: data.draw(st.integers(0, tolerance.dropouts))]
        views[i] = frozenset(everybody) - set(gone)
    check(graph, tolerance, honest, views)


def test_the_check_finds_what_a_lower_threshold_would_bare() -> None:
    """With a threshold of half the cohort, half of them told one thing and half another bare one person."""
    tolerance = Tolerance(6, 2, 0)
    everybody = frozenset(range(6))
    object.__setattr__(tolerance, "dropouts", 3)
    views = {i: everybody - ({1, 2, 3} if i in {0, 4, 5} else {0, 4, 5}) for i in range(6)}
    assert {len(piece) for piece in bared(graph_of(tolerance), tolerance, everybody, views)} == {3}


def test_the_check_finds_what_too_few_neighbours_would_bare() -> None:
    tolerance = Tolerance(10, 2, 0)
    everybody = frozenset(range(10))
    sparse = neighbour_graph(b"round", [bytes([i]) for i in range(10)], 2)
    views = {i: everybody - set(sparse[0]) for i in everybody if i not in sparse[0]}
    assert {0} in bared(sparse, tolerance, everybody, views)
    with pytest.raises(AssertionError):
        check(sparse, tolerance, everybody, views)


@pytest.mark.parametrize("tolerance", list(tolerances(12)), ids=str)
def test_two_thresholds_share_an_honest_member(tolerance: Tolerance) -> None:
    assert 2 * tolerance.threshold > tolerance.cohort + tolerance.colluders
    assert tolerance.most_out >= tolerance.dropouts
    assert tolerance.degree >= min(tolerance.cohort - 1, tolerance.colluders + tolerance.most_out + 1)


@pytest.mark.parametrize(("people", "degree"), [(5, 2), (9, 4), (10, 6), (11, 8), (8, 7)])
def test_the_graph_hangs_together_whoever_is_taken_out(people: int, degree: int) -> None:
    graph = neighbour_graph(b"round", [bytes([i]) for i in range(people)], degree)
    assert all(len(set(near)) == degree and i not in near for i, near in enumerate(graph))
    assert all(i in graph[j] for i, near in enumerate(graph) for j in near)
    for gone in combinations(range(people), degree - 1):
        left = set(range(people)) - set(gone)
        edge, seen = [min(left)], {min(left)}
        while edge:
            more = {j for j in graph[edge.pop()] if j in left} - seen
            seen |= more
            edge += more
        assert seen == left


def test_the_order_of_the_ring_is_that_of_the_round() -> None:
    identities = [bytes([i]) for i in range(40)]
    assert neighbour_graph(b"a", identities, 4) == neighbour_graph(b"a", identities, 4)
    assert neighbour_graph(b"a", identities, 4) != neighbour_graph(b"b", identities, 4)
    with pytest.raises(ValueError, match="even"):
        neighbour_graph(b"a", identities, 3)


@pytest.mark.parametrize(
    ("people", "dropouts", "colluders", "words"),
    [
        (2, 0, 0, "3 to 128"),
        (LARGEST_COHORT + 1, 0, 0, "3 to 128"),
        (10, 4, 2, "cannot withstand"),
        (10, -1, 0, "cannot withstand"),
        (10, 0, -1, "cannot withstand"),
        (3, 0, 2, "one honest person"),
    ],
)
def test_impossible_tolerances_are_refused(people: int, dropouts: int, colluders: int, words: str) -> None:
    with pytest.raises(FederationError, match=words):
        Tolerance(people, dropouts, colluders)


@pytest.mark.parametrize(
    ("people", "expected"), [(3, (1, 0)), (4, (1, 1)), (5, (1, 1)), (10, (3, 2)), (100, (30, 20)), (128, (38, 25))]
)
def test_shares_of_a_cohort_become_numbers(people: int, expected: tuple[int, int]) -> None:
    found = tolerance_for(people)
    assert (found.dropouts, found.colluders) == expected
    assert tolerance_for(people, dropout_share=0.0).dropouts == 0


def test_a_smallest_sum_leaves_fewer_dropouts_and_room_for_a_colluder() -> None:
    found = [tolerance_for(people, smallest_sum=smallest) for people, smallest in ((3, 3), (10, 8), (100, 95))]
    assert [(t.dropouts, t.colluders, t.threshold) for t in found] == [(0, 1, 3), (2, 2, 8), (5, 20, 95)]
    for people, smallest in ((2, 2), (5, 6), (129, 2)):
        with pytest.raises(FederationError, match="3 to 128"):
            tolerance_for(people, smallest_sum=smallest)


def test_dropouts_give_way_to_colluders() -> None:
    assert tolerance_for(10, 0.4, 0.3).dropouts == 3
    with pytest.raises(FederationError):
        tolerance_for(4, 0.3, 0.9)
