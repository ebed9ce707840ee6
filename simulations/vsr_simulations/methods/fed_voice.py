"""FedAvg of tail and head with a common voice beside them; each person personalises both, as what ships does.

The voice is `vsr_shared.learning.common_voice`: 121 numbers about measures of voices, averaged like the rest.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from vsr_shared.learning.common_voice import Floats, Voice, learn_voice, silent_voice, split_voice
from vsr_shared.learning.measure import measured
from vsr_shared.network.tail_head import log_probabilities_of
from vsr_shared.weights import Array
from vsr_simulations.engine.method import LocalOutcome, LocalRound, Method, Stack, deltas_to
from vsr_simulations.methods.fed_avg import personalised, remembered, train_all

SILENT: Final[Mapping[str, Array]] = silent_voice().to_arrays()


def train_with_voice(given: LocalRound) -> LocalOutcome:
    """Train the whole common model, and learn the voice around what the network said before."""
    layers, voice = split_voice(given.common)
    network = replace(given, common=layers)
    said = log_probabilities_of(network.start(), given.frozen, given.lessons.clips).astype(np.float64)
    odds = said[..., 1] - said[..., 0]
    learnt = [_learnt(network, voice or silent_voice(), row, odds[row]) for row in range(len(odds))]
    stacked: Stack = {name: np.stack([one[name] for one in learnt]) for name in SILENT}
    return LocalOutcome(train_all(network).deltas | deltas_to(given.common, stacked), {})


def _learnt(given: LocalRound, voice: Voice, row: int, odds: Floats) -> dict[str, Array]:
    """Return one person's voice."""
    weights = given.lessons.weights[row]
    there = weights > 0
    labels, measures = given.lessons.labels[row, there], measured(given.statistics[row, there], given.frozen)
    return learn_voice(voice, measures, labels, weights[there], odds[there]).to_arrays()


FED_VOICE = Method(
    "fedavg with a voice, personalised",
    "learning/common_voice and learning/personalise",
    train_with_voice,
    judge=personalised,
    beside=SILENT,
)
VOICE_REMEMBERED = replace(
    FED_VOICE, name="fedavg with a voice, remembered", judge=remembered, source="learning/common_voice and few_clips"
)
