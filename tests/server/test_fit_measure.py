"""By what a memory compares voices: slopes as differences have them, and a direction that matters is found."""

import numpy as np
import pytest

from vsr_server.base.training.fit_measure import Spoken, fit_measure, loss_and_slopes
from vsr_shared.audio.cepstrum import STATISTICS
from vsr_shared.learning.measure import plain_measure


def spoken(speakers: int, clips: int = 80, telling: int = 50, seed: int = 3) -> Spoken:
    """Return speakers whose polarity shows in statistic `telling` alone, each around a place of their own."""
    random = np.random.default_rng(seed)
    who = np.repeat(np.arange(speakers), clips)
    positive = np.tile(np.arange(clips) % 2, speakers)
    statistics = random.normal(size=(len(who), STATISTICS)) + 3 * random.normal(size=(speakers, STATISTICS))[who]
    statistics[:, telling] = statistics[:, telling] / 4 + 2 * positive
    sentences = np.tile(np.arange(clips) // 2 % 8, speakers)
    return Spoken(statistics.astype(np.float32), positive, who.astype(str), sentences.astype(str))


def answered(measure: np.ndarray, people: Spoken) -> float:
    """Return how well a memory under `measure` answers, in nats, the mean over speakers."""
    kernel, losses = np.log(np.array([2.0, 0.4, 2.0])), []
    for name in np.unique(people.speakers):
        places = np.flatnonzero(people.speakers == name)
        losses.append(loss_and_slopes(measure, kernel, people, places[:30], places[30:])[0])
    return float(np.mean(losses))


def test_slopes_are_those_of_small_differences() -> None:
    people = spoken(1, 40)
    taught, asked = np.arange(12), np.arange(12, 40)
    random = np.random.default_rng(1)
    measure = plain_measure() + 0.1 * random.normal(size=(STATISTICS, 40))
    kernel = np.array([0.5, -0.7, 0.9])
    _, by_measure, by_kernel = loss_and_slopes(measure, kernel, people, taught, asked)

    def loss(at: np.ndarray, numbers: np.ndarray) -> float:
        return loss_and_slopes(at, numbers, people, taught, asked)[0]

    for place in ((50, 3), (0, 0), (63, 39), (20, 20)):
        step = np.zeros_like(measure)
        step[place] = 1e-5
        wanted = (loss(measure + step, kernel) - loss(measure - step, kernel)) / 2e-5
        assert by_measure[place] == pytest.approx(wanted, rel=1e-4, abs=1e-8)
    for number in range(3):
        step = np.eye(3)[number] * 1e-5
        wanted = (loss(measure, kernel + step) - loss(measure, kernel - step)) / 2e-5
        assert by_kernel[number] == pytest.approx(wanted, rel=1e-4)


def test_what_tells_is_found_in_some_speakers_and_serves_others() -> None:
    learnt = fit_measure(spoken(4), seed=1, steps=60)
    others = spoken(3, seed=9)
    assert answered(learnt, others) < answered(plain_measure(), others) - 0.05
    np.testing.assert_array_equal(learnt, fit_measure(spoken(4), seed=1, steps=60))


def test_too_few_who_can_tell_leave_the_measure_plain() -> None:
    np.testing.assert_array_equal(fit_measure(spoken(1), seed=1), plain_measure())
    np.testing.assert_array_equal(fit_measure(spoken(3, clips=30), seed=1), plain_measure())
    once = spoken(3)
    same = Spoken(once.statistics, once.positive, once.speakers, np.full(len(once.positive), "one"))
    np.testing.assert_array_equal(fit_measure(same, seed=1), plain_measure())
