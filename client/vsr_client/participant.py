"""Taking part in rounds with what this person taught: kept activations in, a change of weights out."""

from dataclasses import dataclass

from vsr_client.one_thread import one_thread
from vsr_client.person import Person
from vsr_client.teaching import learnable
from vsr_shared.errors import UsageError
from vsr_shared.federation.chain import LocalUpdate
from vsr_shared.federation.messages import LOSS_BEFORE, CommonModel, RoundOffer
from vsr_shared.learning.local_training import train
from vsr_shared.learning.odds import recording_means
from vsr_shared.learning.personalise import labels_of, lessons_of, owners
from vsr_shared.metrics import nll
from vsr_shared.network.tail_head import positive_probabilities


@dataclass(frozen=True)
class PersonParticipant:
    """The person behind this machine, as a round meets them."""

    person: Person

    @property
    def base(self) -> str:
        """Which base model this machine has."""
        return self.person.base.id

    def taught(self) -> int:
        """Return how many recordings can be learnt from; UsageError where there are none."""
        count = sum(recording.polarity is not None for recording in self.person.recordings.all())
        if not count:
            raise UsageError("nothing was taught on this machine yet; teach VSR with `vsr train`, then join")
        return count

    def keep(self, model: CommonModel) -> None:
        """Keep the newest common model, for predictions and as the start of personal training."""
        origin = f"round {model.round} of federation {model.federation}"
        self.person.models.put(self.base, model.weights, origin)

    def train(self, offer: RoundOffer) -> LocalUpdate:
        """Train from the offered common model on this person's recordings and return the change."""
        recordings = learnable(self.person)
        frozen = self.person.base.frozen
        start = {name: array[None] for name, array in offer.weights.items()}
        lessons = lessons_of(recordings, frozen)
        with one_thread():
            before = recording_means(positive_probabilities(start, frozen, lessons.clips)[0], owners(recordings))
            trained = train(start, frozen, lessons, offer.local, [offer.round])
        delta = {name: trained[name][0] - offer.weights[name] for name in offer.weights}
        return LocalUpdate(delta, len(recordings), {LOSS_BEFORE: nll(labels_of(recordings), before)})
