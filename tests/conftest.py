"""What the tests of all rooms share."""

import fcntl
import os
from pathlib import Path

# Before NumPy: several processes share the cores in many tests, and its threads would wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ["VSR_OFFLINE"] = "1"

import pytest
from hypothesis import settings

from vsr_shared.base import Base
from vsr_shared.find_base import BaseChoice, find_base
from vsr_shared.shipped_base import BASES, RECORD_FILE, read_shipped

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("vsr", deadline=None)
settings.load_profile("vsr")

SLOW = ("federation/", "browser/", "server/test_base", "client/test_keeping")
"""Begun first, so that none of them is still going when all others are done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests, which run as long as their slowest file, by how long their files take."""
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        name = item.path.relative_to(here).as_posix()
        return next((number for number, slow in enumerate(SLOW) if name.startswith(slow)), len(SLOW))

    items.sort(key=place)


@pytest.fixture(scope="session")
def voices() -> Path:
    """The folder of real recordings."""
    folder = Path(os.environ.get("VSR_VOICES") or Path(__file__).parents[2] / "shared" / "data" / "voices")
    if not (folder / "MANIFEST.csv").exists():
        pytest.skip("no real recordings here; set VSR_VOICES to a folder with a MANIFEST.csv")
    return folder


@pytest.fixture(scope="session")
def base_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base file that Keras really built, of seeded random weights; once for all of xdist's workers."""
    from vsr_shared.audio.spectrogram import SpectrogramSpec
    from vsr_shared.base import write_base
    from vsr_shared.network.random_base import random_base

    root = tmp_path_factory.getbasetemp()
    path = (root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / "random.vsr"
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            path.write_bytes(write_base(random_base(SpectrogramSpec(), seed=201)))
    return path


@pytest.fixture(scope="session")
def base(base_path: Path) -> Base:
    """The base in `base_path`."""
    return find_base(BaseChoice(base_path, base_path.parent))


@pytest.fixture(scope="session")
def shipped() -> Base:
    """The base that ships; where a record says that one does, its absence is a failure."""
    if not (BASES / RECORD_FILE).exists():
        pytest.skip("no base ships yet; `vsr-server base ship` puts one into the package")
    return read_shipped()
