"""People whose activations are drawn, and what their rounds start from: no base and no sound."""

from dataclasses import dataclass, field

from tests.shared.test_tail_head import random_network
from vsr_simulations.engine.heard import HeardUser, Population
from vsr_simulations.engine.rounds import Start
from vsr_simulations.populations.generated_activations import GeneratedActivations


def a_start(seed: int = 0) -> Start:
    weights, frozen = random_network(1, seed)
    return Start({name: array[0] for name, array in weights.items()}, frozen)


START = a_start()


def people(count: int = 5, clips: int = 6, seed: int = 3) -> GeneratedActivations:
    return GeneratedActivations(seed, count, START.frozen, clips, (1, 2))


@dataclass(frozen=True)
class Counted:
    """A population that says who was asked for."""

    whole: Population
    asked: list[int] = field(default_factory=list)
    name: str = "counted"

    def __len__(self) -> int:
        return len(self.whole)

    def __getitem__(self, index: int) -> HeardUser:
        self.asked.append(index)
        return self.whole[index]
