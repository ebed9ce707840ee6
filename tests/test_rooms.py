"""The rooms of the house: who may import whom, and what each may not do."""

import ast
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from vsr_shared.shipped_base import read_shipped

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "vsr_shared": {"vsr_shared"},
    "vsr_client": {"vsr_client", "vsr_shared"},
    "vsr_server": {"vsr_server", "vsr_shared"},
    "vsr_simulations": {"vsr_simulations", "vsr_client", "vsr_server", "vsr_shared"},
}
NETWORK_AND_CLOCKS = {"socket", "http", "urllib", "httpx", "requests", "ssl", "time", "datetime", "subprocess"}


def sources(package: str) -> Iterator[Path]:
    yield from (ROOT / package.removeprefix("vsr_") / package).rglob("*.py")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide who imports whom"
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_arrows_between_the_rooms(package: str) -> None:
    found = {path: imported(path) for path in sources(package)}
    assert found, f"no sources of {package}"
    for path, names in found.items():
        assert (names & set(MAY_IMPORT)) <= MAY_IMPORT[package], path


def test_the_shared_room_knows_no_network_and_no_clock() -> None:
    for path in sources("vsr_shared"):
        assert not imported(path) & NETWORK_AND_CLOCKS, path


def test_installing_puts_the_base_and_no_unsafe_name_into_an_environment(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, ROOT],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        tops = {name.split("/")[0] for name in names}
        assert {name for name in tops if not name.endswith(".dist-info")} == set(MAY_IMPORT)
        assert "vsr_shared/bases/vsr-base.vsr" in names, "an installation without its base cannot predict"
        archive.extractall(tmp_path / "installed", [name for name in names if "/bases/" in name])
    assert read_shipped(tmp_path / "installed" / "vsr_shared" / "bases").id == read_shipped().id


def test_linters_and_types() -> None:
    for command in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]):
        done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_constraints_hold_names_and_versions_alone() -> None:
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        name, _, version = line.partition("==")
        assert name and version and not set("/@ :") & set(line), line
