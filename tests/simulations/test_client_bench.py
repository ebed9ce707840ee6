"""The month of made-up use is a real store that a person could have."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vsr_client.person import Person
from vsr_shared.base import Base
from vsr_simulations.client_bench.month import DAYS, fill
from vsr_simulations.client_bench.running import PASSPHRASE, environment
from vsr_simulations.population import generated_users


def test_a_month_is_kept_by_the_stores_own_means(
    tmp_path: Path, shipped: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    (user,) = generated_users(1, 1, 8, tmp_path / "voices")
    fill(tmp_path / "data", user, 12, seed=1)
    person = Person(tmp_path / "data", ask=lambda _: PASSPHRASE)
    kept = person.recordings.all()
    assert len(kept) == 12 and sum(one.polarity is not None for one in kept) == 8
    ages = [datetime.now(UTC) - one.recorded for one in kept]
    assert ages == sorted(ages) and ages[-1] < timedelta(days=DAYS)
    assert {one.said.base for one in kept if one.said} == {shipped.id}
    assert person.recordings.heard_by(shipped.id) == {one.id for one in kept}
    with person.recordings.audio(kept[0].id) as audio:
        assert audio.read() in {clip.path.read_bytes() for clip in user.teach}
    person.close()
