"""What a member checks for itself before it masks or uncovers anything. A server cannot switch these off."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from vsr_shared.secure_sum.enrolment import Identity, is_enrolled
from vsr_shared.secure_sum.exchanges import UnmaskRequest
from vsr_shared.secure_sum.prekeys import is_signed
from vsr_shared.secure_sum.refusals import (
    BothShares,
    NotInCohort,
    OtherModel,
    OutsideLimits,
    RepeatedPeer,
    SmallCohort,
    TooFewSurvivors,
    UnenrolledPeer,
    UnsignedKey,
)
from vsr_shared.secure_sum.round_terms import RoundTerms


@dataclass(frozen=True)
class OwnLimits:
    """The person's own limits for a secure sum."""

    smallest_sum: int = 2
    """Fewest people that a sum is over, this person among them, however a server lies."""
    colluding_share: float = 0.2
    """Share of the cohort, rounded down, that may work for the server without a sum baring anyone."""
    largest_range: float = 100.0
    """Widest range of one parameter's change: the wider, the coarser the sum."""
    most_words: int = 50_000_000
    """Longest vector."""


@dataclass(frozen=True)
class Assignment:
    """What this machine was given to do, by its own reckoning of what arrived."""

    federation: str
    round: int
    model_digest: str
    """SHA-256 of the weights to train from, computed here."""
    settings_digest: str
    """SHA-256 of how to train, likewise."""
    size: int
    """Words of its vector."""
    promised: int = 1
    """People that the offer promises a sum is over at least."""


def check_terms(terms: RoundTerms, given: Assignment, limits: OwnLimits) -> None:
    """Raise the refusal that applies unless `terms` are for what this machine was `given` and within `limits`."""
    if terms.federation != given.federation or terms.model_digest != given.model_digest:
        raise OtherModel("the round is for another model than the one that this machine was given")
    if terms.round != given.round:
        raise OtherModel(f"the terms are for another round than the offer: {terms.round}, not {given.round}")
    if terms.settings_digest != given.settings_digest or terms.size != given.size:
        raise OtherModel("the round asks for another training than the one that this machine was given")
    if terms.size > limits.most_words or terms.ranges.update_range > limits.largest_range:
        raise OutsideLimits(
            f"a vector of {terms.size:,} numbers within {terms.ranges.update_range:g} is more than this machine allows"
        )
    tolerance = terms.tolerance
    if tolerance.cohort != len(terms.members):
        raise OutsideLimits(f"the round speaks of {tolerance.cohort} people and names {len(terms.members)}")
    if tolerance.threshold < given.promised:
        raise SmallCohort(
            f"a sum over {tolerance.threshold} people could be made; the offer promises {given.promised} at least"
        )
    if tolerance.smallest_sum < limits.smallest_sum:
        raise SmallCohort(
            f"a sum over {tolerance.smallest_sum} people could be made; this machine asks for {limits.smallest_sum}"
        )
    if tolerance.colluders < int(tolerance.cohort * limits.colluding_share):
        raise OutsideLimits(
            f"the round withstands {tolerance.colluders} colluders of {tolerance.cohort}; this machine asks for "
            f"{int(tolerance.cohort * limits.colluding_share)}"
        )


def check_members(terms: RoundTerms, enrolment_key: bytes, known: AbstractSet[Identity] = frozenset()) -> None:
    """Raise the refusal that applies unless everybody is enrolled or `known`, with a key they signed, and once."""
    for number, member in enumerate(terms.members):
        if member.identity not in known and not is_enrolled(member.identity, enrolment_key):
            raise UnenrolledPeer(f"member {number} of the cohort is not enrolled in this federation")
        if not is_signed(member.prekey, terms.federation, member.identity.key):
            raise UnsignedKey(f"the one-time key of member {number} is not signed by its identity")
    for keys in ({m.identity.key for m in terms.members}, {m.prekey.key for m in terms.members}):
        if len(keys) < len(terms.members):
            raise RepeatedPeer("somebody stands in the cohort twice")


def check_request(terms: RoundTerms, own: int, request: UnmaskRequest) -> None:
    """Raise the refusal that applies unless `request` may be answered by the member numbered `own`."""
    everybody = range(len(terms.members))
    if not request.included <= set(everybody):
        raise NotInCohort("the server asks about people who are not in the cohort")
    if own not in request.included:
        raise NotInCohort("the server says that this machine's vector is not in the sum; it uncovers nothing then")
    if len(request.included) < terms.tolerance.threshold:
        raise TooFewSurvivors(
            f"the server asks for a sum over {len(request.included)} people, agreed were at least "
            f"{terms.tolerance.threshold}"
        )
    if not set(request.sealed) <= request.included:
        raise BothShares("the server asks for self masks of people whom it calls silent")
