"""A machine with a base, and one person's recordings."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.client.commands import Machine
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


@dataclass(frozen=True)
class Files:
    positive: list[Path]
    negative: list[Path]


def files(user: User, *, held_out: bool = False) -> Files:
    clips = user.held_out if held_out else user.teach
    by_label = {label: [clip.path for clip in clips if clip.polarity is label] for label in Polarity}
    return Files(by_label[Polarity.POSITIVE], by_label[Polarity.NEGATIVE])
