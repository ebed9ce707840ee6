"""One deployment for all the tests of this folder: starting Flower takes seconds."""

import socket
from collections.abc import Iterator

import pytest

from tests.federation.deployment import Deployment


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    deployed = Deployment(tmp_path_factory.mktemp("federation"), free_port())
    for name in ("anna", "ben", "chen"):
        deployed.register(name)
    try:
        yield deployed
    finally:
        deployed.close()
