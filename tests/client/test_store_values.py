"""Personal heads with their history, the log of participation, and preferences."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load

from tests.client.stores import head, opened
from vsr_client.store.preferences import Chosen
from vsr_client.store.vault import Vault
from vsr_shared.errors import UnknownRecording, UsageError

WEIGHTS = {"kernel": np.arange(6, dtype=np.float32).reshape(2, 3), "bias": np.ones(3, np.float32)}


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    monkeypatch.setenv("VSR_PASSPHRASE", "correct horse")
    vault = opened(tmp_path / "data")
    yield vault
    vault.close()


def test_heads_are_kept_with_their_history_and_one_speaks_a_base(vault: Vault) -> None:
    first, second, foreign = head(0), head(1), head(2, "base@2")
    for one in (first, second, foreign):
        vault.heads.add(one, WEIGHTS)
    assert vault.heads.all() == [foreign, second, first]
    assert vault.heads.in_use("base@1") == second
    vault.heads.use(first.id)
    assert (vault.heads.in_use("base@1"), vault.heads.in_use("base@2")) == (first, foreign)
    for name, array in vault.heads.weights(first.id).items():
        np.testing.assert_array_equal(array, WEIGHTS[name])
    vault.heads.use(None)
    assert vault.heads.in_use("base@1") is None
    assert len(vault.heads.all()) == 3


def test_a_head_that_did_not_hold_is_history_and_the_one_before_no_longer_speaks(vault: Vault) -> None:
    vault.heads.add(head(0), WEIGHTS)
    lost = head(1)
    vault.heads.add(lost, WEIGHTS, use=False)
    assert vault.heads.in_use("base@1") is None
    assert vault.heads.all()[0] == lost


def test_a_deleted_head_no_longer_speaks(vault: Vault) -> None:
    one = head()
    vault.heads.add(one, WEIGHTS)
    vault.heads.delete(one.id)
    assert (vault.heads.all(), vault.heads.in_use("base@1")) == ([], None)
    for ask in (vault.heads.delete, vault.heads.weights, vault.heads.use, vault.heads.get, vault.heads.export):
        with pytest.raises(UnknownRecording, match=one.id):
            ask(one.id)


def test_a_head_is_exported_with_what_it_is(vault: Vault, tmp_path: Path) -> None:
    one = head()
    vault.heads.add(one, WEIGHTS)
    data = vault.heads.export(one.id)
    assert sorted(load(data)) == ["bias", "kernel"]
    (tmp_path / "head.safetensors").write_bytes(data)
    with safe_open(tmp_path / "head.safetensors", "numpy") as file:
        assert file.metadata()["base"] == "base@1"
        assert file.metadata()["recordings"] == "12"


def test_the_log_keeps_its_order_across_processes(vault: Vault) -> None:
    other = Vault(vault.folder, vault.key)
    for number in range(6):
        (vault, other)[number % 2].ledger.add(
            {"round": number, "bytes": 3_099_660, "when": "2026-03-01T08:00:00+01:00"}
        )
    assert [entry["round"] for entry in vault.ledger.all()] == list(range(6))
    other.close()


def test_preferences_have_defaults_and_are_seen_by_every_process(vault: Vault) -> None:
    assert vault.preferences.get() == Chosen()
    other = Vault(vault.folder, vault.key)
    vault.preferences.change(country="DE", keep_audio=False)
    assert other.preferences.change(together={"server": "127.0.0.1:9092"}).country == "DE"
    assert vault.preferences.get() == Chosen(country="DE", keep_audio=False, together={"server": "127.0.0.1:9092"})
    other.close()


def test_a_preference_that_is_none_or_of_another_type_is_refused(vault: Vault) -> None:
    for wrong in ({"colour": "red"}, {"country": 3}, {"keep_audio": "no"}, {"together": "x"}):
        with pytest.raises(UsageError, match="preference"):
            vault.preferences.change(**wrong)
    assert vault.preferences.get() == Chosen()
