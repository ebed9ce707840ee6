"""Ways to serve a newcomer with so many labelled clips, each a model and what it says of their other clips."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from vsr_client.teaching import PERSONAL_TRAINING
from vsr_shared.learning.common_voice import split_voice
from vsr_shared.metrics import Probabilities, Scores, scores
from vsr_shared.weights import Weights
from vsr_simulations.compare.baselines import learnt, linear, share_of_positive, support_vectors
from vsr_simulations.engine.evaluation import said_by
from vsr_simulations.engine.heard import HeardClips, HeardUser
from vsr_simulations.engine.method import Judged
from vsr_simulations.methods.fed_avg import known_by_voice, personalised, remembered

TITLES: Final = {
    "base": "base alone",
    "own*": "own clips alone",
    "federated": "federated",
    "federated+own*": "federated, own clips",
    "voice": "federated with a voice",
    "voice+own*": "federated with a voice, own clips",
    "own": "own clips alone, as it ships",
    "federated+own": "federated, own clips as it ships",
    "voice+own": "federated with a voice, own clips as it ships",
    "majority": "majority of the others' clips",
    "mfcc own": "MFCC + linear model, own clips",
    "mfcc": "MFCC + SVM, others' and own clips",
}
"""Own clips: remembered, however few, nothing trained and no gate. As it ships: what a person's machine does with three
of a polarity and more, which trains, and lets its gate decide."""
SHIPPED_WAYS: Final = ("own", "federated+own", "voice+own")
BASELINE_WAYS: Final = ("majority", "mfcc own", "mfcc")


def serve(
    base: Weights,
    common: Weights,
    frozen: Weights,
    user: HeardUser,
    others: Sequence[HeardClips],
    seed: int,
    trained: bool = True,
) -> Mapping[str, Scores]:
    """Return every way's figures; `common` is a model with a voice that `others` taught.

    Without `trained` those ways are left out that train on the newcomer's clips.
    """
    layers, _ = split_voice(common)
    starts = {"own": base, "federated+own": layers, "voice+own": common}
    given = {way: Judged(start, {}, frozen, user.teach, PERSONAL_TRAINING, seed) for way, start in starts.items()}
    models: dict[str, Weights] = {"base": base, "federated": layers, "voice": known_by_voice(given["voice+own"])}
    models |= {f"{way}*": remembered(one) for way, one in given.items()}
    if trained:
        models |= {way: personalised(one) for way, one in given.items()}
    said = {name: said_by(model, frozen, user.held_out) for name, model in models.items()}
    said |= {name: judge(user.held_out) for name, judge in _baselines(user, others).items()}
    return {name: scores(user.held_out.labels, said[name]) for name in TITLES if name in said}


def _baselines(user: HeardUser, others: Sequence[HeardClips]) -> dict[str, Callable[[HeardClips], Probabilities]]:
    share = share_of_positive(np.concatenate([clips.labels for clips in others]))
    return {
        "majority": lambda clips: np.full(len(clips), share),
        "mfcc own": learnt(linear, [user.teach]),
        "mfcc": learnt(support_vectors, [*others, user.teach]),
    }
