"""How an operator asks for noise, and what the server expects of sums that hold it."""

import math

import pytest

from vsr_server.commands.plan_options import plan_of
from vsr_server.coordination.robust import expected_noise
from vsr_shared.errors import VsrError
from vsr_shared.federation.messages import CLIP_NORM
from vsr_shared.privacy.distributed_noise import noise_share
from vsr_shared.privacy.noise_terms import NoiseTerms
from vsr_shared.secure_sum.quantise import Quantisation, largest
from vsr_shared.secure_sum.tolerance import tolerance_for


def test_noise_is_off_and_clipping_on_without_a_word() -> None:
    plan = plan_of()
    assert (plan.noise, plan.clip_norm) == (None, CLIP_NORM)


def test_noise_is_asked_for_with_its_delta() -> None:
    plan = plan_of(noise_multiplier=3.0, delta=1e-5, population=5_000, clip_norm=0.5)
    assert (plan.noise, plan.clip_norm) == (NoiseTerms(3.0, 1e-5, 5_000), 0.5)


def test_a_delta_above_one_over_the_population_is_refused() -> None:
    with pytest.raises(VsrError, match="population of 5,000"):
        plan_of(noise_multiplier=3.0, delta=1e-3, population=5_000)


@pytest.mark.parametrize("people", [3, 10, 40, 100, 128])
@pytest.mark.parametrize("dropout_share", [0.0, 0.3, 0.45])
def test_sums_of_honest_machines_are_not_left_out_for_their_noise(people: int, dropout_share: float) -> None:
    terms, size = NoiseTerms(2.0, 1e-6, 1_000), 774_914
    tolerance = tolerance_for(people, dropout_share)
    share = noise_share(terms, 0.7, Quantisation(0.1), tolerance, size, 1)
    step = share.ranges.update_range / largest(people, share.room.update)
    for answered in range(tolerance.threshold, people + 1):
        length = share.update * step * math.sqrt(answered * size) / answered
        assert length < expected_noise(terms, 0.7, size, answered)
