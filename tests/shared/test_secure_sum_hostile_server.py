"""A server that lies: each lie is refused by the member itself, under its own name, or teaches nothing."""

import os
from dataclasses import replace

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tests.shared.secure_cohort import FEDERATION, LIMITS, Cohort, cohort, machine, member
from vsr_shared.errors import FederationError, RefusedRound
from vsr_shared.secure_sum import refusals
from vsr_shared.secure_sum import server_round as server
from vsr_shared.secure_sum.client_round import Masked, join_round, mask, uncover
from vsr_shared.secure_sum.enrolment import Identity, certify
from vsr_shared.secure_sum.exchanges import UnmaskRequest
from vsr_shared.secure_sum.member_checks import OwnLimits
from vsr_shared.secure_sum.prekeys import Prekey, sign_prekey
from vsr_shared.secure_sum.quantise import Quantisation
from vsr_shared.secure_sum.recovery import recover_seeds
from vsr_shared.secure_sum.refusals import (
    BothShares,
    NotInCohort,
    OtherModel,
    OutsideLimits,
    RepeatedPeer,
    RepeatedRound,
    SmallCohort,
    SpentKey,
    TooFewSurvivors,
    UnenrolledPeer,
    UnsignedKey,
)
from vsr_shared.secure_sum.round_terms import Member, RoundTerms
from vsr_shared.secure_sum.tolerance import Tolerance

GROUP = cohort(10, 3, 2)


def with_member(number: int, changed: Member) -> RoundTerms:
    members = list(GROUP.terms.members)
    members[number] = changed
    return replace(GROUP.terms, members=tuple(members))


def refused(terms: RoundTerms, kind: type[RefusedRound], words: str, limits: OwnLimits = LIMITS) -> None:
    with pytest.raises(kind, match=words):
        join_round(terms, GROUP.given, GROUP.own(0), limits, 0)


def test_the_terms_that_the_lies_are_made_of_are_accepted() -> None:
    assert GROUP.join(0).number == 0


def test_an_invented_person_is_refused() -> None:
    keys = machine(50)
    forged = Identity(keys.public, certify(Ed25519PrivateKey.generate(), keys.public))
    refused(with_member(4, replace(member(50), identity=forged)), UnenrolledPeer, "member 4 .* not enrolled")


def test_only_those_who_were_met_before_are_known() -> None:
    keys = machine(50)
    stranger = replace(member(50), identity=Identity(keys.public, bytes(64)))
    own = replace(GROUP.own(0), known=frozenset(peer.identity for peer in GROUP.terms.members))
    assert join_round(GROUP.terms, GROUP.given, own, LIMITS, 0).number == 0
    with pytest.raises(UnenrolledPeer, match="member 4"):
        join_round(with_member(4, stranger), GROUP.given, own, LIMITS, 0)


def server_made_key(number: int, signer: Ed25519PrivateKey) -> Prekey:
    return sign_prekey(signer, FEDERATION, number, X25519PrivateKey.generate())


def test_a_key_that_its_owner_did_not_sign_is_refused() -> None:
    peer = member(4)
    keys = [
        server_made_key(7, Ed25519PrivateKey.generate()),
        replace(peer.prekey, key=server_made_key(7, machine(4).identity).key),
        replace(peer.prekey, number=8),
        replace(peer.prekey, number=-1),
        replace(peer.prekey, number=2**64),
        sign_prekey(machine(4).identity, "another", 7, machine(4).prekey),
        replace(peer.prekey, signature=b""),
    ]
    for key in keys:
        refused(with_member(4, replace(peer, prekey=key)), UnsignedKey, "member 4 is not signed")


def test_a_signed_key_that_is_no_key_is_refused() -> None:
    number, owner = 7, machine(4).identity
    statement = b"vsr one-time key\0" + FEDERATION.encode() + b"\0" + number.to_bytes(8, "big") + bytes(32)
    nothing = Prekey(number, bytes(32), owner.sign(statement))
    refused(with_member(4, replace(member(4), prekey=nothing)), UnsignedKey, "member 4 is no key")


def test_somebody_who_stands_in_the_cohort_twice_is_refused() -> None:
    refused(with_member(4, member(5)), RepeatedPeer, "twice")
    again = replace(member(5), prekey=server_made_key(9, machine(5).identity))
    refused(with_member(4, again), RepeatedPeer, "twice")


def test_a_cohort_without_this_machine_is_refused() -> None:
    refused(with_member(0, member(50)), NotInCohort, "does not stand in the cohort")


def test_a_spent_key_is_refused() -> None:
    own = replace(GROUP.own(0), prekeys={})
    with pytest.raises(SpentKey, match="one-time key 7 was used before"):
        join_round(GROUP.terms, GROUP.given, own, LIMITS, 0)


def test_another_key_under_the_number_of_an_own_one_is_refused() -> None:
    other = replace(member(0), prekey=server_made_key(7, machine(0).identity))
    refused(with_member(0, other), NotInCohort, "not its own")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_round_that_was_answered_or_is_older_is_refused(number: int) -> None:
    terms = replace(GROUP.terms, round=number)
    with pytest.raises(RepeatedRound, match="round 3, already answered"):
        join_round(terms, GROUP.given, GROUP.own(0), LIMITS, 3)


@pytest.mark.parametrize(
    "changed",
    [
        {"model_digest": "c" * 64},
        {"settings_digest": "c" * 64},
        {"size": 49},
        {"federation": "another"},
        {"round": 2},
    ],
    ids=str,
)
def test_another_model_or_training_is_refused(changed: dict[str, object]) -> None:
    refused(replace(GROUP.terms, **changed), OtherModel, "another")  # type: ignore[arg-type]


def test_a_cohort_under_the_own_minimum_is_refused() -> None:
    """7 people must be in the sum that a member uncovers; a server that lies to them gets one over 6."""
    assert GROUP.terms.tolerance.threshold == 7
    refused(GROUP.terms, SmallCohort, "6 people .* asks for 7", replace(LIMITS, smallest_sum=7))
    assert join_round(GROUP.terms, GROUP.given, GROUP.own(0), replace(LIMITS, smallest_sum=6), 0).number == 0


@pytest.mark.parametrize(
    ("terms", "limits", "words"),
    [
        (GROUP.terms, OwnLimits(colluding_share=0.3), "2 colluders of 10; .* 3"),
        (GROUP.terms, OwnLimits(most_words=49), "more than this machine allows"),
        (replace(GROUP.terms, ranges=Quantisation(101.0)), OwnLimits(), "more than this machine allows"),
        (replace(GROUP.terms, tolerance=Tolerance(11, 3, 2)), OwnLimits(), "11 people and names 10"),
    ],
    ids=["colluders", "size", "range", "names"],
)
def test_parameters_outside_the_own_limits_are_refused(terms: RoundTerms, limits: OwnLimits, words: str) -> None:
    refused(terms, OutsideLimits, words, limits)


def collected(group: Cohort) -> tuple[dict[int, UnmaskRequest], dict[int, Masked], server.Unmasking]:
    state, kept = server.open_round(group.terms), {}
    for number in range(len(group.terms.members)):
        message, kept[number] = group.mask(number, np.full(50, number, np.uint32))
        state = server.collect(state, number, message)
    unmasking, requests = server.close(state)
    return requests, kept, unmasking


def about(request: UnmaskRequest, included: set[int]) -> UnmaskRequest:
    chosen = frozenset(included)
    return UnmaskRequest(chosen, {n: sealed for n, sealed in request.sealed.items() if n in chosen})


def test_a_sum_over_fewer_than_agreed_is_not_uncovered() -> None:
    requests, kept, _ = collected(GROUP)
    with pytest.raises(TooFewSurvivors, match="6 people, agreed were at least 7"):
        uncover(kept[0], about(requests[0], set(range(6))))


def test_a_sum_without_this_machine_is_not_uncovered() -> None:
    requests, kept, _ = collected(GROUP)
    with pytest.raises(NotInCohort, match="not in the sum"):
        uncover(kept[0], about(requests[0], set(range(1, 10))))


def test_a_sum_with_strangers_is_not_uncovered() -> None:
    requests, kept, _ = collected(GROUP)
    with pytest.raises(NotInCohort, match="not in the cohort"):
        uncover(kept[0], UnmaskRequest(requests[0].included | {10}, requests[0].sealed))


def test_shares_of_both_kinds_are_never_uncovered() -> None:
    requests, kept, _ = collected(GROUP)
    _, done = uncover(kept[0], about(requests[0], set(range(9))))
    with pytest.raises(BothShares, match="second answer could bare somebody"):
        uncover(done, about(requests[0], {0, *range(2, 10)}))
    with pytest.raises(BothShares, match="people whom it calls silent"):
        uncover(kept[1], UnmaskRequest(frozenset(range(9)), requests[1].sealed))


def test_the_same_question_gets_the_same_answer_again() -> None:
    """An answer that was lost on its way may be asked for again; it uncovers nothing new."""
    requests, kept, _ = collected(GROUP)
    first, done = uncover(kept[0], requests[0])
    again, still = uncover(done, requests[0])
    assert again is first
    assert still is done


def test_an_answer_holds_self_masks_of_the_included_and_pair_masks_of_the_silent_alone() -> None:
    requests, kept, _ = collected(GROUP)
    said, _ = uncover(kept[0], about(requests[0], set(range(8))))
    assert set(said.shares) == set(range(8))
    for owner, shares in said.shares.items():
        assert len(shares) == 1 + len({8, 9} & set(GROUP.terms.graph[owner]))


def test_other_models_for_other_people_cancel_nothing() -> None:
    """Nobody opens what somebody under other terms sealed, so no mask of theirs can be recovered."""
    other = cohort(10, 3, 2)
    apart = Cohort(replace(other.terms, model_digest="d" * 64))
    state, kept = server.open_round(GROUP.terms), {}
    for number in range(10):
        group = GROUP if number < 5 else apart
        given = replace(GROUP.given, model_digest=group.terms.model_digest)
        ready = join_round(group.terms, given, GROUP.own(number), LIMITS, 0)
        message, kept[number] = mask(ready, np.zeros(50, np.uint32), os.urandom)
        if len(message.checks) == 1 + len(GROUP.terms.graph[number]):
            state = server.collect(state, number, message)
    unmasking, requests = server.close(state)
    for number, request in requests.items():
        said, _ = uncover(kept[number], request)
        assert {owner // 5 for owner in said.shares} == {number // 5}
        unmasking = server.take(unmasking, number, said)
    with pytest.raises(server.NoSum, match="cannot be recovered"):
        server.finish(unmasking)


def test_colluders_below_the_threshold_recover_no_mask() -> None:
    requests, kept, unmasking = collected(GROUP)
    held = {n: uncover(kept[n], requests[n])[0].shares[0] for n in range(1, 7)}
    checks = [unmasking.checks[0][0]]
    assert recover_seeds(held, checks, GROUP.terms.tolerance.threshold, GROUP.terms.context) is None
    held[7] = uncover(kept[7], requests[7])[0].shares[0]
    assert recover_seeds(held, checks, GROUP.terms.tolerance.threshold, GROUP.terms.context) is not None


def test_a_vector_of_another_size_is_not_masked() -> None:
    with pytest.raises(FederationError, match="agreed were 50"):
        mask(GROUP.join(0), np.zeros(51, np.uint32), os.urandom)


def test_every_refusal_has_its_own_name() -> None:
    kinds = [kind for kind in vars(refusals).values() if isinstance(kind, type) and kind is not RefusedRound]
    assert len(kinds) == 11
    assert all(issubclass(kind, RefusedRound) and kind.exit_code == 6 and kind.__doc__ for kind in kinds)
