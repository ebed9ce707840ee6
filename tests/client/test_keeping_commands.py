"""`vsr history`, `forget`, `backup`, `restore` and `passphrase`, run as programs."""

import json
from pathlib import Path

import pytest

from tests.client.commands import Machine
from tests.client.stores import PASSPHRASE, head, opened, recording
from vsr_client.app.instance import claimed
from vsr_client.store.recordings import KeptRecording
from vsr_client.store.vault import Vault


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setenv("VSR_PASSPHRASE", PASSPHRASE)
    return Machine(tmp_path / "data", None)


@pytest.fixture
def some(machine: Machine) -> list[KeptRecording]:
    """Three recordings and a head, newest first."""
    vault = opened(machine.folder)
    for number in range(3):
        vault.recordings.add(recording(number), [b"sound"])
    vault.heads.add(head(), {})
    found = vault.recordings.all()
    vault.close()
    return found


def test_history_lists_what_is_kept(machine: Machine, some: list[KeptRecording]) -> None:
    done = machine.vsr("history", "--limit", 2)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr, len(lines)) == (0, "", 3)
    for one, line in zip(some[:2], lines[:2], strict=True):
        assert line.startswith(one.id[:8])
        assert all(word in line for word in ("6.5 s", "60% positive", "calm", one.name, one.note))
    assert "1 older" in lines[2]
    said = [json.loads(line) for line in machine.vsr("history", "--json").stdout.splitlines()]
    assert [line["id"] for line in said] == [one.id for one in some]
    assert said[0]["recorded"] == some[0].recorded.isoformat()
    assert "12 recordings" in machine.vsr("history", "--heads").stdout


def test_history_of_nothing_makes_nothing(machine: Machine) -> None:
    assert "Nothing is kept" in machine.vsr("history").stdout
    assert machine.vsr("history", "--json").stdout == ""
    assert not machine.folder.exists()


def test_forget_takes_what_is_named_and_nothing_else(machine: Machine, some: list[KeptRecording]) -> None:
    assert machine.vsr("forget", some[0].id[:8], some[2].id).returncode == 0
    assert [json.loads(line)["id"] for line in machine.vsr("history", "--json").stdout.splitlines()] == [some[1].id]
    for wrong in (["forget", "0" * 8], ["forget", some[1].id[:4]]):
        done = machine.vsr(*wrong)
        assert (done.returncode, "vsr history" in done.stderr) == (5, True)
    assert machine.vsr("forget").returncode == 2
    assert machine.vsr("forget", some[1].id, "--everything").returncode == 2


def test_forget_everything_asks_first_and_then_leaves_nothing(machine: Machine, some: list[KeptRecording]) -> None:
    assert machine.vsr("forget", "--everything").returncode != 0, "nobody was there to agree"
    with claimed(machine.folder):
        done = machine.vsr("forget", "--everything", "--yes")
        assert (done.returncode, "open" in done.stderr) == (5, True)
    assert len(machine.vsr("history").stdout.splitlines()) == 3
    # Without the passphrase too: who lost it must be able to delete.
    assert machine.vsr("forget", "--everything", "--yes", VSR_PASSPHRASE="").returncode == 0
    assert {path.name for path in machine.folder.iterdir()} <= {"app.lock"}
    assert "Nothing is kept" in machine.vsr("history").stdout


def test_a_backup_comes_back_on_another_machine(machine: Machine, some: list[KeptRecording], tmp_path: Path) -> None:
    file, words = tmp_path / "my backup", {"VSR_BACKUP_PASSPHRASE": "words of the backup"}
    assert machine.vsr("backup", file).returncode == 5, "no passphrase"
    assert not file.exists()
    done = machine.vsr("backup", file, **words)
    assert (done.returncode, "MB" in done.stdout) == (0, True)
    assert file.stat().st_mode & 0o077 == 0
    assert machine.vsr("backup", file, **words).returncode == 2, "it is there already"
    other = Machine(tmp_path / "another", None)
    assert other.vsr("restore", tmp_path / "nothing", **words).returncode == 2
    assert other.vsr("restore", file, VSR_BACKUP_PASSPHRASE="wrong").returncode == 5
    assert other.vsr("restore", file, **words).returncode == 0
    assert other.vsr("history", "--json").stdout == machine.vsr("history", "--json").stdout
    assert machine.vsr("restore", file, **words).returncode != 0, "nobody agreed to replace what is there"
    assert machine.vsr("restore", file, "--yes", **words).returncode == 0


def test_the_passphrase_and_the_key_are_changed(machine: Machine, some: list[KeptRecording]) -> None:
    before = opened(machine.folder)
    old = before.key
    before.close()
    assert machine.vsr("passphrase", "--new-key", VSR_NEW_PASSPHRASE="other words").returncode == 0
    assert machine.vsr("history").returncode == 5
    assert len(machine.vsr("history", VSR_PASSPHRASE="other words").stdout.splitlines()) == 3
    after = Vault.open(machine.folder, lambda _: "other words")
    assert after.key != old
    after.close()
    done = machine.vsr("passphrase", "--keyring", VSR_PASSPHRASE="other words")
    assert (done.returncode, "no system keyring" in done.stderr) == (5, True)
