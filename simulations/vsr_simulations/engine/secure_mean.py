"""The real secure sum as a round's `combine`: everybody's keys, masks and shares, without the network.

For small cohorts (`sum_machines`). The result is the weighted mean, rounded as the words of a secure sum are.
"""

from dataclasses import dataclass, field
from typing import Final

from vsr_shared.secure_sum.member_checks import Assignment
from vsr_shared.secure_sum.quantise import Quantisation, average, quantise
from vsr_shared.secure_sum.round_terms import RoundTerms
from vsr_shared.secure_sum.tolerance import tolerance_for
from vsr_shared.weights import Array, Layout, digest
from vsr_simulations.engine.round_updates import RoundUpdates
from vsr_simulations.engine.sum_machines import SumMachines

_FEDERATION: Final = "simulated"
_SETTINGS: Final = "0" * 64


@dataclass(frozen=True)
class SecureMean:
    """Give it as `Hooks.combine`. FederationError for fewer than 3 or more than 128 people in a round."""

    ranges: Quantisation = field(default_factory=Quantisation)

    def __call__(self, updates: RoundUpdates) -> dict[str, Array]:
        """Return the mean update that a secure sum over everybody in `updates` says."""
        layout = Layout.of(updates.common)
        people = len(updates.members)
        tolerance = tolerance_for(people)
        machines = SumMachines.fresh(_FEDERATION, people)
        given = Assignment(_FEDERATION, updates.round, digest(updates.common), _SETTINGS, layout.size + 1)
        about = (_FEDERATION, updates.round, given.model_digest, _SETTINGS, given.size)
        terms = RoundTerms(*about, self.ranges, tolerance, machines.members())
        vectors = [
            quantise(
                layout.flatten({name: array[number] for name, array in updates.deltas.items()}),
                int(updates.clips[number]),
                [],
                self.ranges,
                people,
            )
            for number in range(people)
        ]
        total = machines.run(terms, given, vectors).total
        return layout.unflatten(average(total, 0, self.ranges, people).delta)
