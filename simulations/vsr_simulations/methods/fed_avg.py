"""FedAvg, and FedAvg with each person's fine-tuning at the end, plainly and as it ships.

McMahan et al., Communication-Efficient Learning of Deep Networks from Decentralized Data, AISTATS 2017, algorithm 1.
Yu et al., Salvaging Federated Learning by Local Adaptation, 2020, section 3.1: fine-tuning.
"""

from dataclasses import dataclass, replace

from vsr_client.teaching import PERSONAL_TRAINING
from vsr_shared.learning.common_voice import split_voice
from vsr_shared.learning.few_clips import remember_few
from vsr_shared.learning.local_training import train
from vsr_shared.learning.measure import measured
from vsr_shared.learning.personalise import MINIMUM, personalise
from vsr_shared.weights import Weights
from vsr_simulations.engine.method import Judged, LocalOutcome, LocalRound, Method, deltas_to, whole_on_own_clips


def train_all(given: LocalRound) -> LocalOutcome:
    """Train the whole common model on everybody's clips; nothing stays."""
    trained = train(given.start(), given.frozen, given.lessons, given.local, given.seeds)
    return LocalOutcome(deltas_to(given.common, trained), {})


@dataclass(frozen=True)
class OwnModels:
    """What a person's clips make of the common model."""

    untaught: Weights
    """The common model, its voice with the person's own centre, which needs no label."""
    shipped: Weights
    """What a person's machine would use: what was learnt where the gate lets it in, else `untaught`."""
    remembered: Weights
    """The clips in a memory around the common model, however few they are: nothing trained, nothing judged."""


def own_models(given: Judged) -> OwnModels:
    """Return what becomes of `given.common`, which may have a voice, by the person's clips."""
    layers, voice = split_voice(given.common)
    untaught, in_memory = known_by_voice(given), remembered(given)
    positive = int(given.clips.labels.sum())
    if min(positive, len(given.clips) - positive) < MINIMUM:
        return OwnModels(untaught, untaught, in_memory)
    recordings = given.clips.recordings()
    result = personalise(layers, given.frozen, recordings, PERSONAL_TRAINING, given.seed, voice=voice)
    return OwnModels(untaught, result.weights if result.kept else untaught, in_memory)


def known_by_voice(given: Judged) -> Weights:
    """Return the common model, its voice, if it has one, with the person's own centre."""
    layers, voice = split_voice(given.common)
    return {
        **layers,
        **({} if voice is None else voice.of_person(measured(given.clips.statistics, given.frozen)).to_arrays()),
    }


def remembered(given: Judged) -> Weights:
    """Return the common model with the person's clips in a memory around it; as it is where they have none."""
    if not len(given.clips):
        return known_by_voice(given)
    layers, voice = split_voice(given.common)
    return remember_few(layers, given.frozen, given.clips.recordings(), voice)


def personalised(given: Judged) -> Weights:
    """Return what a person's machine would use."""
    return own_models(given).shipped


FED_AVG = Method("fedavg", "McMahan et al., AISTATS 2017, algorithm 1", train_all)
FINE_TUNED = replace(FED_AVG, name="fedavg, fine-tuned", judge=whole_on_own_clips, source="Yu et al. 2020, section 3.1")
REMEMBERED = replace(FED_AVG, name="fedavg, remembered", judge=remembered, source="learning/few_clips")
SHIPPED = replace(FED_AVG, name="fedavg, personalised", judge=personalised, source="what ships, learning/personalise")
