"""A round on some people's machines, wherever it is computed: in this process or in one of Flower's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vsr_shared.errors import UsageError
from vsr_shared.learning.local_training import Lessons, LocalTraining
from vsr_shared.weights import Array, Weights
from vsr_simulations.engine.cohort import seeds_of
from vsr_simulations.engine.drifting import in_round
from vsr_simulations.engine.heard import HeardClips, Population, gathered
from vsr_simulations.engine.kept_features import KeptFeatures
from vsr_simulations.engine.lessons import stacked_lessons, stacked_statistics
from vsr_simulations.engine.method import LocalRound, Method, Stack
from vsr_simulations.engine.own_state import OwnState
from vsr_simulations.engine.round_updates import Members


@dataclass(frozen=True)
class Asked:
    """What a round asks of its cohort, or of some of it."""

    round: int
    members: Members
    """(u,): who is drawn and answers."""
    common: Weights
    """The common model, whole, no leading axis."""


@dataclass(frozen=True)
class Machines:
    """What people's machines have and do, the same in every round."""

    frozen: Weights
    method: Method
    local: LocalTraining
    seed: int
    own: OwnState
    lessons: Callable[[int, Members, Lessons], Lessons] = lambda _, __, lessons: lessons
    at_rest: KeptFeatures | None = None
    """Where a tail that never moves is asked once for what it makes of a person's clips."""

    def people(self, population: Population, round_number: int) -> Population:
        """Return who is there in a round, as they are then."""
        now = in_round(population, round_number)
        return gathered(now) if self.method.gathers else now

    def clips(self, people: Population, member: int) -> HeardClips:
        """Return what a person learns from."""

        def heard() -> HeardClips:
            return self.method.hear(people[member], self.frozen).teach

        return self.at_rest.of(member, heard) if self.at_rest else heard()

    def train(self, asked: Asked, clips: Sequence[HeardClips]) -> Stack:
        """Train everybody asked on their `clips`, keep what stays with them, and return the deltas (u, ...)."""
        if self.method.local is None:
            raise UsageError(f"{self.method.name} has no rounds")
        people = [int(member) for member in asked.members]
        lessons = self.lessons(asked.round, asked.members, stacked_lessons(clips, self.frozen))
        kept = self.own.of(people, asked.round - 1, self.method.begin(asked.common))
        seeds = seeds_of(self.seed, asked.round, people)
        statistics = stacked_statistics(clips)
        outcome = self.method.local(LocalRound(asked.common, kept, self.frozen, lessons, statistics, self.local, seeds))
        if outcome.own:
            for row, member in enumerate(people):
                self.own.put(member, asked.round, {name: array[row] for name, array in outcome.own.items()})
        return outcome.deltas


def shared_part(weights: Weights, method: Method) -> dict[str, Array]:
    """Return those of the common model's arrays that travel."""
    return {name: array for name, array in weights.items() if method.shared is None or name in method.shared}
