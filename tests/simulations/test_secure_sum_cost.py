"""The bench runs both schemes' own code and counts what they send; its times are for the report, not for a test."""

import pytest

from vsr_shared.secure_sum.server_round import NoSum
from vsr_simulations.bench.secure_sum_cost import secure_sum_cost
from vsr_simulations.bench.secure_sum_table import side_by_side


def test_ours_sends_half_and_errs_far_less() -> None:
    rows = list(side_by_side(20_000, (10,), (0.0, 0.3), turns=1))
    assert [row.ours.silent for row in rows] == [0, 3]
    for row in rows:
        assert row.upload_ratio < 0.6
        assert 4 * 20_000 < row.ours.bytes_up < 1.1 * 4 * 20_000
        assert row.error_ratio < 0.1
        assert row.ours.error < 1e-8
        assert row.theirs.error < 1e-3
        assert row.ours.client_seconds > 0 and row.theirs.server_seconds > 0


def test_a_thousand_people_are_eight_sums() -> None:
    (row,) = side_by_side(1_000, (260,), (0.1,), turns=1)
    assert (row.ours.cohort, row.ours.silent) == (260, 26)
    alone = secure_sum_cost(1_000, 87, 8).bytes_up
    assert row.ours.bytes_up < 1.01 * alone, "a member's part does not grow with the federation"
    assert row.ours.error < 1e-8


def test_too_many_silent_people_cost_the_round() -> None:
    with pytest.raises(NoSum):
        secure_sum_cost(100, 10, 4)
