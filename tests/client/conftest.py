"""A machine with a base, and one person's recordings."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.client.commands import Machine
from tests.client.running_app import RunningApp, start_app
from vsr_shared.base import Base
from vsr_shared.emotions import Polarity
from vsr_simulations.population import User, generated_users, recorded_users


@pytest.fixture
def machine(tmp_path: Path, base_path: Path) -> Machine:
    return Machine(tmp_path / "data", base_path)


@pytest.fixture
def fresh_machine(tmp_path: Path, shipped: Base) -> Machine:
    """A machine as it is after installing: nobody named a base."""
    return Machine(tmp_path / "data", None)


@pytest.fixture(scope="session")
def actor(voices: Path) -> User:
    """A real actor: one sentence to teach, another held out."""
    return recorded_users(voices, ["rav11"])[0]


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> User:
    """A generated person, for what needs no real voice."""
    return generated_users(3, 1, 8, tmp_path_factory.mktemp("voices"))[0]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, shipped: Base) -> Iterator[RunningApp]:
    """A running app on a fresh data folder, for all tests of one file."""
    running = start_app(Machine(tmp_path_factory.mktemp("app") / "data", None))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def api(app: RunningApp) -> Iterator[httpx.Client]:
    """A script's client of the app."""
    with app.script() as client:
        yield client


@dataclass(frozen=True)
class Files:
    positive: list[Path]
    negative: list[Path]


def files(user: User, *, held_out: bool = False) -> Files:
    clips = user.held_out if held_out else user.teach
    by_label = {label: [clip.path for clip in clips if clip.polarity is label] for label in Polarity}
    return Files(by_label[Polarity.POSITIVE], by_label[Polarity.NEGATIVE])
