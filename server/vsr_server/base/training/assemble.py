"""A trained network -> the base file: calibrated, cut, exported, with who it heard and how it came to be."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vsr_server.base.same_sound import SOUNDS_NOTE
from vsr_server.base.speaker_split import SpeakerSplit
from vsr_server.base.training.calibrate import corpus_balance, fit_temperature, fold_temperature, log_odds
from vsr_server.base.training.checkpoint import Reading
from vsr_server.base.training.recipe import Recipe
from vsr_server.base.training.train import Data, predict
from vsr_server.corpora.clip import Clip
from vsr_shared.audio.spectrogram import SpectrogramSpec
from vsr_shared.base import Base, make_base
from vsr_shared.errors import UsageError
from vsr_shared.network.export import PRECISION
from vsr_shared.network.parts import MEASURE
from vsr_shared.weights import Array

if TYPE_CHECKING:
    import keras

LICENCES: Mapping[str, str] = {
    "ravdess": "RAVDESS, CC BY-NC-SA 4.0 (Livingstone & Russo 2018)",
    "nemo": "nEMO, CC BY-NC-SA 4.0",
    "turev": "TurEV-DB, CC BY-NC-ND 4.0",
    "urdu": "URDU, research only",
}


@dataclass(frozen=True)
class Origins:
    """What a base's manifest says of how it came to be."""

    recipe: Recipe
    data_hash: str
    marks: Sequence[str]
    split: SpeakerSplit
    readings: Sequence[Reading]
    remarks: str = ""


def calibrate(network: "keras.Model", data: Data) -> float:
    """Fold into `network` the temperature that suits the validation speakers, each corpus counting the same."""
    recordings, positive = predict(network, data.validate)
    labels = np.array([data.voices[i].positive for i in recordings])
    corpora = np.array([data.voices[i].corpus for i in recordings])
    temperature = fit_temperature(log_odds(positive), labels, corpus_balance(corpora))
    fold_temperature(network, temperature)
    return temperature


def assemble(
    network: "keras.Model",
    measure: Array,
    voices: Sequence[Clip],
    origins: Origins,
    temperature: float,
    spec: SpectrogramSpec,
) -> Base:
    """Return the base of a calibrated `network`; UsageError where its backbone is not the one that ships.

    By `measure` (79, 40) memories compare voices.

    Needs Keras on TensorFlow, because LiteRT's converter does.
    """
    from vsr_shared.network.export import arrays_of, trunk_to_litert

    if origins.recipe.backbone != "densenet201":
        raise UsageError(f"a base is a DenseNet201; {origins.recipe.backbone} can be trained and compared, not shipped")
    trainable, frozen = arrays_of(network)
    known = [voices[i] for i in (*origins.split.train, *origins.split.validate)]
    corpora = sorted({voice.corpus for voice in known})
    return make_base(
        trunk_to_litert(network),
        trainable,
        frozen | {MEASURE: measure},
        name="vsr-base",
        origin="trained",
        spectrogram=spec,
        heard=tuple(sorted({voice.speaker for voice in known})),
        licence="weights trained on: " + "; ".join(LICENCES.get(corpus, corpus) for corpus in corpora),
        notes=_notes(voices, origins, temperature),
    )


def _notes(voices: Sequence[Clip], origins: Origins, temperature: float) -> dict[str, Any]:
    split = origins.split
    return {
        "recipe": origins.recipe.to_dict(),
        "data_sha256": origins.data_hash,
        SOUNDS_NOTE: list(origins.marks),
        "trained_on": sorted({voices[i].speaker for i in split.train}),
        "validated_on": sorted({voices[i].speaker for i in split.validate}),
        "temperature": temperature,
        "trunk": PRECISION,
        "readings": [asdict(reading) for reading in origins.readings],
        "remarks": origins.remarks,
    }
