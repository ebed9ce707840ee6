"""Ways to serve somebody who has a microphone of their own and so many labelled clips."""

from collections.abc import Mapping, Sequence
from typing import Final

from vsr_client.teaching import PERSONAL_TRAINING
from vsr_shared.emotions import Polarity
from vsr_shared.learning.common_voice import split_voice
from vsr_shared.learning.few_clips import remember_few
from vsr_shared.learning.personalise import Recording
from vsr_shared.metrics import Probabilities, Scores, scores
from vsr_shared.weights import Weights
from vsr_simulations.engine.evaluation import said_by
from vsr_simulations.engine.heard import HeardUser
from vsr_simulations.engine.method import Judged
from vsr_simulations.methods.fed_avg import own_models
from vsr_simulations.personal.ways import logistic_head

BASE: Final = "base"
ALONE: Final = "alone"
TAUGHT: Final = "taught"
FEDERATED: Final = "federated"
BOTH: Final = "federated+own"
VOICE: Final = "voice+own"

TITLES: Final = {
    BASE: "base alone",
    ALONE: "own clips alone",
    TAUGHT: "taught, as it ships",
    FEDERATED: "federated",
    BOTH: "federated, own clips",
    VOICE: "federated with a voice, own clips",
}
"""Own clips alone: a logistic head on what the trunk hears, without anything that others taught about emotion. As it
ships: a memory, from 40 clips on training, and a gate, around the base or around the federated model.
With a voice: a memory of the clips around the federated model with a common voice, nothing trained and no gate."""
AGAINST: Final = {ALONE: BASE, TAUGHT: BASE, FEDERATED: BASE, BOTH: FEDERATED, VOICE: FEDERATED}
"""Whom each way must not serve worse than which other way."""


def serve(base: Weights, common: Weights, frozen: Weights, user: HeardUser, seed: int) -> Mapping[str, Scores]:
    """Return the figures of every way that so many clips allow; `common` is a model with a voice that others learnt."""
    layers, voice = split_voice(common)
    taught, federated = (
        own_models(Judged(start, {}, frozen, user.teach, PERSONAL_TRAINING, seed)) for start in (base, layers)
    )
    models = {BASE: taught.untaught, FEDERATED: federated.untaught}
    said: dict[str, Probabilities] = {}
    if len(user.teach):
        lessons = user.teach.recordings()
        remembered = remember_few(layers, frozen, lessons, voice)
        models |= {TAUGHT: taught.shipped, BOTH: federated.shipped, VOICE: remembered}
        if _both_polarities(lessons):
            said[ALONE] = logistic_head(lessons, user.held_out.recordings())
    said |= {name: said_by(weights, frozen, user.held_out) for name, weights in models.items()}
    return {name: scores(user.held_out.labels, said[name]) for name in TITLES if name in said}


def _both_polarities(lessons: Sequence[Recording]) -> bool:
    return {lesson.polarity for lesson in lessons} == set(Polarity)
