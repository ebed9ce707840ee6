"""Doing what nobody else may have the data folder open for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vsr_client.app.instance import claimed
from vsr_shared.errors import StoreError


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold `folder`; StoreError where VSR's app has it open."""
    with claimed(folder) as mine:
        if not mine:
            raise StoreError(f"VSR's app has {folder} open; end it first, or do this on its Settings page")
        yield
