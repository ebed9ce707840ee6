"""By what a memory compares voices: the base's own measure decides, in learning and in predicting alike."""

from dataclasses import replace

import numpy as np
import pytest

from tests.shared.test_learning import SETTINGS, one, voice
from vsr_shared.audio.cepstrum import PLAIN, STATISTICS
from vsr_shared.learning.measure import measured, plain_measure
from vsr_shared.learning.memory import split_memory
from vsr_shared.learning.personalise import personalise
from vsr_shared.network.parts import MEASURE, MEASURES
from vsr_shared.prediction import judged
from vsr_shared.weights import Array


def test_the_plain_measure_is_means_and_deviations() -> None:
    statistics = np.random.default_rng(0).normal(size=(3, STATISTICS)).astype(np.float32)
    np.testing.assert_array_equal(measured(statistics, {MEASURE: plain_measure()}), statistics[:, :PLAIN])
    assert MEASURES == PLAIN


@pytest.mark.parametrize("telling", [True, False])
def test_what_a_measure_leaves_out_a_memory_cannot_learn(telling: bool) -> None:
    """Polarity shows in the first ten statistics; a measure that does not look at them learns nothing."""
    weights, frozen = one()
    statistics = slice(0, MEASURES) if telling else slice(STATISTICS - MEASURES, STATISTICS)
    measure: Array = np.eye(STATISTICS, dtype=np.float32)[:, statistics]
    frozen = frozen | {MEASURE: measure}
    lessons = [replace(lesson, activations=lesson.activations * 0) for lesson in voice(6, 24, 1.0)]
    layers, memory = split_memory(personalise(weights, frozen, lessons, SETTINGS).weights)
    assert memory is not None
    np.testing.assert_array_equal(memory.measures[0], lessons[0].statistics[0] @ measure)
    heard = voice(7, 24, 1.0)
    activations = np.concatenate([one.activations * 0 for one in heard])
    lead = {name: array[None] for name, array in layers.items()}
    said = judged(lead, memory, frozen, activations, np.concatenate([one.statistics for one in heard]))
    right = np.mean((said > 0.5) == (np.arange(24) % 2 == 1))
    assert right > 0.9 if telling else right < 0.75
