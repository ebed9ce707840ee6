"""The person's privacy budget: what they chose, and what is spent of it."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from vsr_client.person import Person
from vsr_client.privacy_budget import LEDGER, left, spent
from vsr_client.together.events import BudgetSet
from vsr_client.together.places import federation_folder
from vsr_client.together.record import entry_of
from vsr_shared.errors import UsageError

SMALLEST: Final = 0.1
LARGEST: Final = 1_000.0


@dataclass(frozen=True)
class OwnBudget:
    """How the budget stands, in epsilon."""

    most: float | None
    """What the person allows in all; None where they set no limit."""
    spent: float
    left: float | None
    delta: float
    """At which these hold."""
    rounds: int
    """Rounds with noise."""
    bare: int
    """Rounds without, which nothing bounds."""

    def to_json(self) -> dict[str, Any]:
        """Return what JSON can say of it."""
        return asdict(self)


def budget_of(person: Person) -> OwnBudget:
    """Return how the person's budget stands; StoreError where its ledger is damaged."""
    ledger = federation_folder(person.data_dir) / LEDGER
    found, most = spent(ledger), chosen(person)
    return OwnBudget(most, found.epsilon, left(ledger, most), found.delta, found.rounds, found.bare)


def chosen(person: Person) -> float | None:
    """Return the epsilon that the person allows in all, None where they set no limit."""
    return person.preferences.get().privacy_budget or None


def set_budget(person: Person, most: float | None) -> None:
    """Keep that all rounds together may come to `most`, 0.1 to 1,000; None sets no limit. UsageError otherwise."""
    if most is not None and not SMALLEST <= most <= LARGEST:
        raise UsageError(f"a privacy budget lies between {SMALLEST:g} and {LARGEST:,.0f}, not at {most:g}")
    person.preferences.change(privacy_budget=float(most or 0.0))
    person.ledger.add(entry_of(BudgetSet(most), datetime.now(UTC)))
