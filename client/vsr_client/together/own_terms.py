"""The person's own terms: what they take part on, and how many people a sum has to be over for them."""

from datetime import UTC, datetime
from typing import Final

from vsr_client.offer_checks import OwnTerms
from vsr_client.person import Person
from vsr_client.together.events import SmallestSumSet
from vsr_client.together.own_budget import chosen
from vsr_client.together.record import entry_of
from vsr_shared.errors import UsageError
from vsr_shared.secure_sum.tolerance import LARGEST_COHORT

SMALLEST: Final = 2


def own_terms(person: Person) -> OwnTerms:
    """Return the terms that the person takes part on."""
    return OwnTerms(minimum_cohort=person.preferences.get().smallest_sum, privacy_budget=chosen(person))


def set_smallest_sum(person: Person, people: int) -> None:
    """Keep that an update may only be added up with those of `people` at least, 2 to 128, the person among them.

    UsageError otherwise.
    """
    if not SMALLEST <= people <= LARGEST_COHORT:
        raise UsageError(f"a sum is over {SMALLEST} to {LARGEST_COHORT} people, not {people}")
    person.preferences.change(smallest_sum=people)
    person.ledger.add(entry_of(SmallestSumSet(people), datetime.now(UTC)))
