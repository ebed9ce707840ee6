"""What a machine's words are with noise: how much one person can move them, how much noise a sum holds."""

import math
import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared.secure_cohort import cohort, run_round
from tests.shared.seeded_bytes import seeded_bytes
from vsr_shared.errors import FederationError
from vsr_shared.federation.chain import LocalUpdate
from vsr_shared.federation.messages import RoundOffer
from vsr_shared.federation.secure_update import from_sum, settings_digest, share_of, to_words
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.privacy.clipping import clipped
from vsr_shared.privacy.distributed_noise import DEVIATIONS, FOR_METRICS, LEAST_SIGMA, NoiseShare, noise_share
from vsr_shared.privacy.noise_terms import NoiseTerms
from vsr_shared.secure_sum.quantise import Quantisation, largest, quantise
from vsr_shared.secure_sum.tolerance import Tolerance, tolerance_for
from vsr_shared.weights import digest

SIZE = 4_000
WEIGHTS = {"w": np.zeros(SIZE, np.float32)}
NOISE = NoiseTerms(0.7, 1e-6, 1_000)


def offer(noise: NoiseTerms | None = NOISE, clip_norm: float = 2.0, metrics: tuple[str, ...] = ("loss",)) -> RoundOffer:
    about = ("f00", 1, "base", digest(WEIGHTS), WEIGHTS, LocalTraining(), 3, metrics)
    return RoundOffer(*about, clip_norm=clip_norm, noise=noise)


def update(seed: int, length: float = 1.0, clips: int = 9, loss: float = 0.6) -> LocalUpdate:
    change = np.random.default_rng(seed).normal(size=SIZE)
    return LocalUpdate({"w": (change * length / np.linalg.norm(change)).astype(np.float32)}, clips, {"loss": loss})


def least_noise(share: NoiseShare, honest: int) -> tuple[float, float]:
    """Deviations of update and metrics in a sum whose noise is that of `honest` people."""
    return share.update * math.sqrt(honest), share.metrics * math.sqrt(honest)


@settings(max_examples=150, deadline=None)
@given(
    numbers=st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=60),
    figures=st.lists(st.floats(-1e3, 1e3), max_size=4),
    clips=st.integers(1, 2_000),
    clip_norm=st.floats(1e-2, 50.0),
    update_range=st.floats(1e-2, 100.0),
    people=st.sampled_from([3, 10, 37, 128]),
    multiplier=st.floats(0.05, 20.0),
)
def test_nobody_moves_the_words_by_more_than_the_noise_is_made_for(
    numbers: list[float],
    figures: list[float],
    clips: int,
    clip_norm: float,
    update_range: float,
    people: int,
    multiplier: float,
) -> None:
    tolerance, ranges = tolerance_for(people), Quantisation(update_range, 1_000, 10.0)
    noise = NoiseTerms(multiplier, 1e-6, 1_000)
    share = noise_share(noise, clip_norm, ranges, tolerance, len(numbers), len(figures))

    def words(delta: list[float], said: list[float]) -> list[int]:
        short = clipped(np.array(delta, np.float32), clip_norm)
        found = quantise(short, clips, said, share.ranges, people, share.room)
        return [int(word) for word in found.view(np.int32)]

    ours, without = words(numbers, figures), words([0.0] * len(numbers), [0.0] * len(figures))
    moved = [one - other for one, other in zip(ours, without, strict=True)]
    assert moved[len(numbers)] == 0, "everybody weighs the same"
    of_update, of_metrics = least_noise(share, tolerance.least_honest)
    given_away = sum(move**2 for move in moved[: len(numbers)]) / of_update**2
    if figures:
        given_away += sum(move**2 for move in moved[len(numbers) + 1 :]) / of_metrics**2
    assert given_away <= 1 / multiplier**2 * (1 + 1e-9), "one Gaussian mechanism of the agreed multiplier"


@pytest.mark.parametrize("people", [3, 4, 10, 50, 128])
@pytest.mark.parametrize("multiplier", [0.01, 1.0, 100.0])
@pytest.mark.parametrize("update_range", [0.05, 1.0, 100.0])
def test_no_sum_wraps_within_nine_deviations(people: int, multiplier: float, update_range: float) -> None:
    tolerance = tolerance_for(people)
    noise = NoiseTerms(multiplier, 1e-6, 1_000)
    share = noise_share(noise, 2.0, Quantisation(update_range), tolerance, 774_914, 2)
    for room, sigma in ((share.room.update, share.update), (share.room.metrics, share.metrics)):
        reach = people * largest(people, room) + 0.9 * DEVIATIONS * sigma * math.sqrt(people)
        assert reach < 2**31
        assert sigma >= LEAST_SIGMA


def test_too_much_noise_for_so_many_numbers_is_refused() -> None:
    with pytest.raises(FederationError, match="--noise-multiplier"):
        noise_share(NoiseTerms(1_000.0, 1e-6, 9), 1.0, Quantisation(), tolerance_for(128, 0.45, 0.0), 50_000_000, 0)


@pytest.mark.parametrize(
    ("people", "dropouts", "colluders", "silent"), [(3, 1, 0, [2]), (7, 2, 1, [0, 3]), (7, 2, 1, [])]
)
def test_the_sum_of_a_real_round_holds_the_noise_and_nothing_else(
    people: int, dropouts: int, colluders: int, silent: list[int]
) -> None:
    asked = offer()
    group = cohort(people, dropouts, colluders, size=asked.vector_size)
    share = share_of(asked, group.terms)
    assert share is not None
    updates = [update(seed) for seed in range(people)]
    words = [to_words(one, asked, group.terms, seeded_bytes(seed)) for seed, one in enumerate(updates)]
    total = run_round(group, words, silent_first=silent)
    there = [seed for seed in range(people) if seed not in silent]
    mean = from_sum(total, asked, group.terms)
    assert mean.clips == pytest.approx(len(there), rel=1e-6), "with noise everybody weighs the same"
    true = np.mean([updates[seed].delta["w"] for seed in there], axis=0)
    step = share.ranges.update_range / largest(people, share.room.update)
    noise = (mean.delta["w"] - true) * len(there) / step
    expected = share.update * math.sqrt(len(there))
    assert np.std(noise) == pytest.approx(expected, rel=5 / math.sqrt(2 * SIZE))
    assert abs(np.mean(noise)) < 5 * expected / math.sqrt(SIZE)
    promised = NOISE.noise_multiplier / math.sqrt(1 - FOR_METRICS) * asked.clip_norm / step
    assert share.update * math.sqrt(group.terms.tolerance.least_honest) >= promised
    assert abs(mean.metrics["loss"] - 0.6) < 5 * share.metrics * 10 / largest(people, share.room.metrics)


def test_without_noise_the_words_are_those_of_the_update_alone() -> None:
    asked = offer(noise=None)
    group = cohort(3, 1, 0, size=asked.vector_size)
    found = to_words(update(1), asked, group.terms)
    expected = quantise(update(1).delta["w"], 9, [0.6], group.terms.ranges, 3)
    assert (found == expected).all()


def test_a_long_update_is_shortened_whether_or_not_there_is_noise() -> None:
    asked = offer(noise=None, clip_norm=0.5)
    terms = cohort(3, 1, 0, size=asked.vector_size).terms
    words = [to_words(update(1, length=length), asked, terms) for length in (0.5, 40.0, 0.5)]
    assert np.abs(words[0].view(np.int32) - words[1].view(np.int32)).max() <= 2
    mean = from_sum(words[0] + words[1] + words[2], asked, terms)
    assert np.linalg.norm(mean.delta["w"]) == pytest.approx(0.5, rel=1e-4)


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=50), st.floats(1e-3, 1e3))
def test_clipping_keeps_the_direction_and_bounds_the_length(numbers: list[float], most: float) -> None:
    delta = np.array(numbers, np.float32)
    short = clipped(delta, most)
    assert np.linalg.norm(short.astype(np.float64)) <= most * (1 + 1e-6)
    assert (clipped(short, most) == short).all(), "clipping again changes nothing"
    if np.linalg.norm(delta.astype(np.float64)) <= most:
        assert (short == delta).all()
    else:
        assert float(np.dot(short.astype(np.float64), delta.astype(np.float64))) > 0


def test_numbers_that_are_none_are_refused_and_not_clipped_away() -> None:
    asked = offer()
    terms = cohort(3, 1, 0, size=asked.vector_size).terms
    for bad in (np.nan, np.inf):
        broken = update(1)
        broken.delta["w"][3] = bad
        with pytest.raises(FederationError, match="not finite"):
            to_words(broken, asked, terms, os.urandom)


def test_noise_without_anything_to_make_it_of_is_refused() -> None:
    asked = offer()
    with pytest.raises(FederationError, match="nothing was sent"):
        to_words(update(1), asked, cohort(3, 1, 0, size=asked.vector_size).terms)


def test_every_machine_gets_the_same_bytes_from_no_seed() -> None:
    asked = offer()
    terms = cohort(3, 1, 0, size=asked.vector_size).terms
    found = []
    for _ in range(2):
        np.random.seed(3)
        found.append(to_words(update(1), asked, terms, os.urandom))
    assert (found[0] == found[1]).mean() < 0.01


def test_what_noise_is_asked_for_is_part_of_what_everybody_was_told() -> None:
    asked = [
        offer(),
        offer(noise=None),
        offer(clip_norm=3.0),
        *(offer(noise=replace(NOISE, **{name: value})) for name, value in (("noise_multiplier", 0.8), ("delta", 1e-7))),
    ]
    assert len({settings_digest(one) for one in asked}) == len(asked)


def test_the_fewest_honest_people_carry_the_noise() -> None:
    few, many = Tolerance(10, 3, 2), Tolerance(10, 0, 2)
    shares = [noise_share(NOISE, 2.0, Quantisation(), one, SIZE, 0) for one in (few, many)]
    steps = [share.ranges.update_range / largest(10, share.room.update) for share in shares]
    totals = [
        share.update * step * math.sqrt(one.least_honest)
        for share, step, one in zip(shares, steps, (few, many), strict=True)
    ]
    assert totals == pytest.approx([1.4, 1.4], rel=1e-3)
