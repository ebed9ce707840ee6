"""The secure sum against an independent oracle: whoever falls silent, the sum of the survivors or none at all."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared.secure_cohort import Cohort, cohort, plain_sum, run_round
from vsr_shared.errors import FederationError
from vsr_shared.secure_sum import server_round as server
from vsr_shared.secure_sum.client_round import uncover
from vsr_shared.secure_sum.exchanges import Uncovered
from vsr_shared.secure_sum.field import PRIME, Words
from vsr_shared.secure_sum.server_round import NoSum
from vsr_shared.secure_sum.tolerance import Tolerance


def random_vectors(group: Cohort, seed: int) -> list[Words]:
    rng = np.random.default_rng(seed)
    shape = (len(group.terms.members), group.terms.size)
    return list(rng.integers(0, 2**32, shape, dtype=np.uint32))


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Cohort, list[int], list[int], int]:
    people = draw(st.integers(3, 14))
    dropouts = draw(st.integers(0, (people - 1) // 2))
    colluders = draw(st.integers(0, people - 2 * dropouts - 1))
    try:
        Tolerance(people, dropouts, colluders)
    except FederationError:
        colluders = 0
    group = cohort(people, dropouts, colluders, draw(st.integers(1, 400)), draw(st.integers(1, 10**9)))
    order = draw(st.permutations(range(people)))
    gone = draw(st.integers(0, dropouts))
    split = draw(st.integers(0, gone))
    return group, order[:split], order[split:gone], draw(st.integers(0, 2**32))


@settings(max_examples=60, deadline=None)
@given(rounds())
def test_the_sum_is_that_of_the_survivors_exactly(drawn: tuple[Cohort, list[int], list[int], int]) -> None:
    group, silent_first, silent_second, seed = drawn
    vectors = random_vectors(group, seed)
    survivors = [vector for number, vector in enumerate(vectors) if number not in silent_first]
    found = run_round(group, vectors, silent_first, silent_second)
    np.testing.assert_array_equal(found, plain_sum(survivors))


@pytest.mark.parametrize("people", [64, 65])
def test_a_larger_cohort_of_sparse_neighbours_gives_the_exact_sum(people: int) -> None:
    group = cohort(people, 6, 6, size=70_001)
    assert group.terms.tolerance.degree < people // 3
    vectors = random_vectors(group, 5)
    found = run_round(group, vectors, {0, 1, 2}, {5, 40, 63})
    np.testing.assert_array_equal(found, plain_sum(vectors[3:]))


@pytest.mark.parametrize(("first", "second"), [(4, 0), (2, 2), (0, 4)])
def test_one_silence_more_than_agreed_gives_no_sum_and_says_so(first: int, second: int) -> None:
    group = cohort(10, 3, 2)
    vectors = random_vectors(group, 1)
    with pytest.raises(NoSum, match=r"6 of 10 people .* 7 are needed; .* the next begins anew"):
        run_round(group, vectors, range(first), range(first, first + second))


def test_a_member_that_answers_twice_counts_once() -> None:
    group = cohort(4, 1, 0)
    message, _ = group.mask(2, np.zeros(50, np.uint32))
    state = server.collect(server.open_round(group.terms), 2, message)
    with pytest.raises(FederationError, match="answered already"):
        server.collect(state, 2, message)


def unmasking(group: Cohort, vectors: list[Words], silent: int) -> tuple[server.Unmasking, dict[int, Uncovered]]:
    collecting, states = server.open_round(group.terms), {}
    for number in range(len(vectors)):
        if number != silent:
            message, states[number] = group.mask(number, vectors[number])
            collecting = server.collect(collecting, number, message)
    state, requests = server.close(collecting)
    return state, {number: uncover(states[number], request)[0] for number, request in requests.items()}


def lie(said: Uncovered) -> Uncovered:
    return Uncovered({owner: (shares ^ np.uint32(1)) % np.uint32(PRIME) for owner, shares in said.shares.items()})


def test_one_liar_among_more_than_the_threshold_is_left_out() -> None:
    group = cohort(10, 3, 2)
    vectors = random_vectors(group, 2)
    state, answers = unmasking(group, vectors, silent=9)
    for number, said in answers.items():
        state = server.take(state, number, lie(said) if number == 1 else said)
    np.testing.assert_array_equal(server.finish(state), plain_sum(vectors[:9]))


def test_more_liars_give_no_sum_rather_than_a_wrong_one() -> None:
    group = cohort(10, 3, 2)
    state, answers = unmasking(group, random_vectors(group, 3), silent=9)
    for number, said in answers.items():
        state = server.take(state, number, lie(said) if number < 3 else said)
    with pytest.raises(NoSum, match="member 0 cannot be recovered"):
        server.finish(state)


def test_shares_that_one_holder_cannot_open_do_not_cost_the_round() -> None:
    group = cohort(5, 1, 1)
    vectors = random_vectors(group, 4)
    collecting, states = server.open_round(group.terms), {}
    for number in range(5):
        message, states[number] = group.mask(number, vectors[number])
        if number == 3:
            spoilt = tuple(
                os.urandom(len(sealed)) if other == 0 else sealed for other, sealed in enumerate(message.sealed)
            )
            message = type(message)(message.words, spoilt, message.checks)
        collecting = server.collect(collecting, number, message)
    state, requests = server.close(collecting)
    for number, request in requests.items():
        said = uncover(states[number], request)[0]
        assert (3 in said.shares) == (number != 0)
        state = server.take(state, number, said)
    np.testing.assert_array_equal(server.finish(state), plain_sum(vectors))


def test_messages_of_the_wrong_form_are_refused() -> None:
    group = cohort(4, 1, 0)
    message, _ = group.mask(1, np.zeros(50, np.uint32))
    opened = server.open_round(group.terms)
    wrong = [
        type(message)(message.words[1:], message.sealed, message.checks),
        type(message)(message.words.astype(np.int64), message.sealed, message.checks),
        type(message)(message.words, message.sealed[1:], message.checks),
        type(message)(message.words, message.sealed, message.checks[1:]),
    ]
    for changed in wrong:
        with pytest.raises(FederationError, match="member 1"):
            server.collect(opened, 1, changed)
    with pytest.raises(FederationError, match="not in the cohort"):
        server.collect(opened, 4, message)


def test_shares_of_the_wrong_form_are_refused() -> None:
    group = cohort(4, 1, 1)
    state, answers = unmasking(group, random_vectors(group, 6), silent=3)
    for wrong in (
        {0: np.zeros((1, 4), np.uint32)},
        {3: np.zeros((2, 4), np.uint32)},
        {0: np.full((2, 4), 2**32 - 1, np.uint32)},
        {0: np.zeros((2, 4), np.int64)},
    ):
        with pytest.raises(FederationError, match="do not fit"):
            server.take(state, 0, Uncovered(wrong))
    taken = server.take(state, 0, answers[0])
    with pytest.raises(FederationError, match="given them already"):
        server.take(taken, 0, answers[0])
