"""`vsr-simulate quantise`: the same trunk at other precisions, and which of them is chosen."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vsr_shared.base import Base
from vsr_shared.errors import UsageError
from vsr_shared.metrics import Scores
from vsr_shared.network.image_input import network_input
from vsr_shared.network.trunk import LiteRTTrunk
from vsr_simulations.bench.precisions import PrecisionRow, best, chosen_clips, images_of
from vsr_simulations.bench.trunk_graph import trunk_function
from vsr_simulations.generator import speaker, utter


def test_the_graph_computes_what_the_trunk_computes(shipped: Base) -> None:
    """Float arithmetic with the same weights: what differs is the rounding of activations to 8 bits."""
    from vsr_shared.audio.segments import SEGMENT_SAMPLES
    from vsr_shared.audio.spectrogram import spectrogram_image
    from vsr_shared.emotions import Emotion

    waves = [np.resize(utter(speaker(1, i), Emotion.HAPPY, 0, sentence=1), SEGMENT_SAMPLES) for i in range(2)]
    images = spectrogram_image(np.stack(waves).astype(np.float32), shipped.manifest.spectrogram)
    ours = LiteRTTrunk(shipped.trunk, shipped.manifest.spectrogram.shape)(images)
    theirs = trunk_function(shipped.trunk)(network_input(images)).numpy()
    assert theirs.shape == ours.shape
    assert np.abs(theirs - ours).mean() < 0.05 * np.abs(ours).mean()


def row(precision: str, uar: float, ratio: float) -> PrecisionRow:
    figures = Scores(uar, 0.9, 0.3, 0.05, 100)
    return PrecisionRow(precision, 20.0, {1: 10.0}, {1: ratio}, figures, 0.01, 0.001, 0)  # type: ignore[arg-type]


def test_the_fastest_that_costs_less_than_half_a_point_is_chosen() -> None:
    plain, half = row("float32", 0.8, 1.0), row("float16", 0.8, 1.1)
    assert best([plain, half, row("int8", 0.797, 2.5)]).precision == "int8"
    assert best([plain, half, row("int8", 0.79, 2.5)]).precision == "float16"


def test_those_the_base_was_validated_on_are_taken_and_marked(voices: Path, shipped: Base) -> None:
    clips, heard = chosen_clips(voices, shipped, ())
    assert {clip.speaker for clip in clips} == set(shipped.manifest.notes["validated_on"]) == set(heard)
    assert all("not a test" in how for how in heard.values())
    images, owner = images_of(clips[:3], shipped)
    assert len(images) == len(owner)
    assert set(owner) == {0, 1, 2}


def test_somebody_who_is_not_there_is_named(voices: Path, shipped: Base) -> None:
    with pytest.raises(UsageError, match="nobody-here"):
        chosen_clips(voices, shipped, ["nobody-here"])
    unsaid = replace(shipped, manifest=replace(shipped.manifest, notes={}))
    with pytest.raises(UsageError, match="--speakers"):
        chosen_clips(voices, unsaid, ())
