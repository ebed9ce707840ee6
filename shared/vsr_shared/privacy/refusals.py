"""Why a machine refuses a round for the sake of a person's privacy: one error a reason, each a RefusedRound."""

from vsr_shared.errors import RefusedRound


class BudgetSpent(RefusedRound):
    """The round would give away more about this person than they allow in all."""


class NoNoise(RefusedRound):
    """This person set a budget, and the round adds no noise, so that nothing bounds what it gives away."""


class LooseTerms(RefusedRound):
    """The round's clipping or its delta lies outside this person's own limits."""
