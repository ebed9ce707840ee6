"""Backup and restore as docs/operations.md says: copy the folder of a stopped server, lose it, go on from the copy."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.federation.conftest import free_port
from tests.federation.deployment import Deployment

ROOT = Path(__file__).parents[2]
NOT_COPIED = ("flower", "running.json", "admin.json", "server.lock")


@pytest.fixture
def federation(tmp_path: Path) -> Iterator[Deployment]:
    """A server and two machines."""
    deployed = Deployment(tmp_path, free_port())
    for name in ("anna", "ben"):
        deployed.register(name)
    try:
        yield deployed
    finally:
        deployed.close()


@pytest.mark.long
def test_a_restored_server_goes_on_with_the_same_machines(federation: Deployment) -> None:
    first = federation.server(1, 2, "--cohort-timeout", 110)
    authority = Path(shutil.copy(federation.ca, federation.folder))
    machines = [federation.machine(name, seed, ca=authority) for name, seed in (("anna", 1), ("ben", 2))]
    assert first.end(120) == 0, first.out.read_text()
    model = (federation.server_dir / "model.safetensors").read_bytes()

    copy = federation.folder / "copy"
    shutil.copytree(federation.server_dir, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
    shutil.rmtree(federation.server_dir)
    shutil.move(copy, federation.folder / "restored")
    federation.server_dir = federation.folder / "restored"

    again = federation.server(2, 2, "--cohort-timeout", 110)
    assert again.end(120) == 0, again.out.read_text()
    assert [line["completed"] for line in again.events("round_done")] == [2], "it went on, it did not begin anew"
    assert all(machine.process.poll() is None for machine in machines), "nobody had to join again"
    assert (federation.server_dir / "model.safetensors").read_bytes() != model


def test_what_is_not_copied_is_what_the_docs_say() -> None:
    told = (ROOT / "docs" / "operations.md").read_text()
    assert all(f"`{name}`" in told or f"`{name}/`" in told for name in NOT_COPIED)
