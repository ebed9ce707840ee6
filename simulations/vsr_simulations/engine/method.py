"""A method of personalisation, as a value: what a person keeps, what a round does on their machine, what judges them.

Every method is one small file in `vsr_simulations.methods` over the shared learning core. The server's half is an
algorithm of `vsr_shared.learning`, the one that ships.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from vsr_shared.learning.fed_avg import FederatedAlgorithm, fed_avg
from vsr_shared.learning.local_training import Lessons, LocalTraining, train
from vsr_shared.learning.personalise import lessons_of
from vsr_shared.metrics import Probabilities
from vsr_shared.weights import Array, Weights
from vsr_simulations.engine.heard import HeardClips, HeardUser

Stack = dict[str, Array]
"""Arrays with a leading axis of people (u, ...)."""


@dataclass(frozen=True)
class LocalRound:
    """What a round does on u people's machines starts from this."""

    common: Weights
    """The common model, whole, without a leading axis."""
    own: Stack
    """What these people keep on their machines, as `Method.begin` or the round before left it."""
    frozen: Weights
    lessons: Lessons
    statistics: Array
    """(u, n, 79): cepstral, of the lessons' places."""
    local: LocalTraining
    seeds: tuple[int, ...]
    """One a person."""

    def start(self) -> Stack:
        """Return the common model once (1, ...), as training starts from it."""
        return {name: array[None] for name, array in self.common.items()}

    def with_local(self, **changes: float) -> "LocalRound":
        """Return the same with other settings of training."""
        return replace(self, local=replace(self.local, **changes))  # type: ignore[arg-type]


@dataclass(frozen=True)
class LocalOutcome:
    """What came of it: the trained arrays that travel, as deltas to the common model, and what stays."""

    deltas: Stack
    """The common model's names that the method shares; others must be absent."""
    own: Stack
    """The names of `Method.begin`."""


@dataclass(frozen=True)
class Judged:
    """What a person's own weights are made from, once the rounds are over."""

    common: Weights
    """The common model, whole, without a leading axis."""
    own: Weights
    """What the person keeps, without a leading axis; what `Method.begin` gives for a newcomer."""
    frozen: Weights
    clips: HeardClips
    """The person's own, to learn from; may be none."""
    local: LocalTraining
    seed: int


def nothing_own(common: Weights) -> dict[str, Array]:
    """Return no arrays: nothing is kept from round to round."""
    return {}


def the_common_model(given: Judged) -> Weights:
    """Return the common model: nothing of the person's own is in it."""
    return given.common


def as_it_is(user: HeardUser, frozen: Weights) -> HeardUser:
    """Return the person as the trunk heard them."""
    return user


def whole_on_own_clips(given: Judged) -> Weights:
    """Return the common model trained on from the person's clips; itself where they have none."""
    if not len(given.clips):
        return given.common
    lessons = lessons_of(given.clips.recordings(), given.frozen)
    start = {name: array[None] for name, array in given.common.items()}
    return {name: array[0] for name, array in train(start, given.frozen, lessons, given.local, [given.seed]).items()}


@dataclass(frozen=True)
class Method:
    """How people learn together. Functions are pure."""

    name: str
    source: str
    """The paper, with section or equation."""
    local: Callable[[LocalRound], LocalOutcome] | None
    """A round on u machines; None where nothing ever travels."""
    shared: frozenset[str] | None = None
    """Names of the arrays that travel and are common; all where None."""
    begin: Callable[[Weights], dict[str, Array]] = nothing_own
    """A person's own arrays before their first round, given the common model then."""
    judge: Callable[[Judged], Weights] = the_common_model
    """The weights that a person uses after the rounds, no leading axis; a memory (`learning.memory`) may be in them."""
    server: FederatedAlgorithm = field(default_factory=fed_avg)
    beside: Mapping[str, Array] = field(default_factory=dict)
    """Common arrays that the method has beside the base's tail and head, as they begin."""
    hear: Callable[[HeardUser, Weights], HeardUser] = as_it_is
    """What is made of a person's clips before learning and judging, given what is frozen; no label decides it."""
    say: Callable[[Judged, HeardClips], Probabilities] | None = None
    """Probabilities (clips,) of other clips, for a method whose people use more than weights; else `judge`'s say."""
    tail_rests: bool = False
    """No round moves the tail: what it makes of a person's clips is computed once and kept between rounds."""
    gathers: bool = False
    """Everybody's clips lie in one place, and the rounds are its own: nothing is private."""


def deltas_to(common: Weights, trained: Stack, shared: frozenset[str] | None = None) -> Stack:
    """Return `trained` (u, ...) minus `common`, for the names that are shared."""
    names = trained if shared is None else [name for name in trained if name in shared]
    return {name: trained[name] - common[name] for name in names}


def repeated(weights: Weights, people: int) -> Stack:
    """Return `weights` (no leading axis) once for each of u people, as copies that may be changed."""
    return {name: np.repeat(array[None], people, axis=0) for name, array in weights.items()}
