"""Ways to serve a newcomer with so many labelled clips, each a model and what it says of their other clips."""

from collections.abc import Mapping
from typing import Final

from vsr_client.teaching import PERSONAL_TRAINING
from vsr_shared.learning.common_voice import split_voice
from vsr_shared.metrics import Scores, scores
from vsr_shared.weights import Weights
from vsr_simulations.engine.evaluation import said_by
from vsr_simulations.engine.heard import HeardUser
from vsr_simulations.engine.method import Judged
from vsr_simulations.methods.fed_avg import own_models

TITLES: Final = {
    "base": "base alone",
    "own": "own clips alone",
    "federated": "federated",
    "federated+own": "federated, own clips",
    "voice": "federated with a voice",
    "voice+own": "federated with a voice, own clips",
    "own*": "own clips alone, remembered",
    "federated+own*": "federated, own clips remembered",
    "voice+own*": "federated with a voice, own clips remembered",
}
"""Own clips: what ships, which needs three of a polarity, trains, and lets its gate decide. Remembered: a memory alone,
of however few."""


def serve(base: Weights, common: Weights, frozen: Weights, user: HeardUser, seed: int) -> Mapping[str, Scores]:
    """Return every way's figures; `common` is a model with a voice that others learnt."""
    layers, _ = split_voice(common)
    own, federated, voice = (
        own_models(Judged(start, {}, frozen, user.teach, PERSONAL_TRAINING, seed)) for start in (base, layers, common)
    )
    models = {
        "base": own.untaught,
        "own": own.shipped,
        "federated": federated.untaught,
        "federated+own": federated.shipped,
        "voice": voice.untaught,
        "voice+own": voice.shipped,
        "own*": own.remembered,
        "federated+own*": federated.remembered,
        "voice+own*": voice.remembered,
    }
    return {name: scores(user.held_out.labels, said_by(models[name], frozen, user.held_out)) for name in TITLES}
