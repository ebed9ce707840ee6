"""`vsr-server models`: what the operator sees of the versions, and does with them."""

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from vsr_server.cli import app
from vsr_server.database import open_database
from vsr_server.registry import Registry
from vsr_server.registry.release_key import release_key
from vsr_shared.errors import FederationError


def weights(value: float) -> dict[str, np.ndarray]:
    return {"tail": np.full((8, 4), value, np.float32)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A federation with one version in use and a candidate."""
    with closing(open_database(f"sqlite:///{tmp_path / 'server.db'}")) as database:
        registry = Registry(database, tmp_path / "models", release_key(tmp_path / "keys"))
        registry.begin("f00", "base-1", weights(0))
        registry.propose(weights(1), 1, {"nll": 0.5})
    return tmp_path


def models(folder: Path, *given: str) -> Result:
    return CliRunner().invoke(app, ["models", *given, "--data-dir", str(folder)])


def statuses(folder: Path) -> dict[int, str]:
    found = [json.loads(line) for line in models(folder, "list", "--json").output.splitlines()]
    return {one["version"]: one["status"] for one in found}


def test_versions_are_listed_promoted_and_rolled_back(folder: Path) -> None:
    assert statuses(folder) == {2: "candidate", 1: "current"}
    assert "version 2 is current" in models(folder, "promote", "2").output
    assert "version 3, with the weights of version 1, is current" in models(folder, "rollback", "1").output
    assert statuses(folder) == {3: "current", 2: "rejected", 1: "earlier"}
    assert models(folder, "list").output.splitlines()[1].split()[:4] == ["2", "rejected", "round", "1"]


def test_a_version_shows_its_figures_and_whether_it_is_whole(folder: Path) -> None:
    said = json.loads(models(folder, "show", "2", "--json").output)
    assert (said["figures"], said["weights"], json.loads(said["manifest"])["version"]) == ({"nll": 0.5}, "whole", 2)
    (folder / "models" / "000002.safetensors").write_bytes(b"cut")
    assert "restore it from a backup" in models(folder, "show", "2").output


def test_a_version_that_is_not_there_is_an_error(folder: Path) -> None:
    assert isinstance(models(folder, "show", "9").exception, FederationError)
    assert isinstance(models(folder, "promote", "9").exception, FederationError)


def test_a_new_release_key_signs_on_purpose_alone(folder: Path) -> None:
    (folder / "keys" / "release_key").unlink()
    refused = models(folder, "promote", "2")
    assert isinstance(refused.exception, FederationError) and "models resign" in str(refused.exception)
    assert "version 3 is current" in models(folder, "resign").output
    assert statuses(folder) == {3: "current", 2: "candidate", 1: "earlier"}


def test_before_the_server_ran_there_is_nothing_to_list(tmp_path: Path) -> None:
    assert models(tmp_path, "list").output == "no version yet; the first is made when the server starts\n"
