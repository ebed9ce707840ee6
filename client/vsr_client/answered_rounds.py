"""Which rounds this machine has answered, kept on its own disk: one answer a round, whatever a server asks.

A server that could ask twice about one round, or go back to an old one, could compare the answers.
"""

import json
from pathlib import Path

from vsr_client.store.files import write_whole
from vsr_shared.errors import StoreError


class AnsweredRounds:
    """The last answered round of each federation, in a JSON file at `path`."""

    def __init__(self, path: Path) -> None:
        """Read `path` where it is there; StoreError where it cannot be read or is damaged."""
        self._path = path
        try:
            found = json.loads(path.read_text()) if path.exists() else {}
            self._last = {str(name): int(number) for name, number in found.items()}
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise StoreError(f"{path} cannot be read ({error}); without it rounds could be answered twice") from error

    def last(self, federation: str) -> int:
        """Number of the last answered round of `federation`, 0 where there is none."""
        return self._last.get(federation, 0)

    def record(self, federation: str, number: int) -> None:
        """Keep that round `number` is answered, surviving a loss of power; StoreError where it cannot be kept."""
        self._last[federation] = number
        write_whole(self._path, json.dumps(self._last).encode())
