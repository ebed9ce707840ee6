"""What people keep on their machines between rounds, in files: only a cohort's is ever in memory.

A file a person and round (`<person>/<round>.safetensors`). The one before stays until the next but one is written, so
that a run killed in the middle of a round goes on from what everybody had before it.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vsr_shared.errors import StoreError
from vsr_shared.weights import Array, from_bytes, to_bytes


class OwnState:
    """The own arrays of people, by number; in memory where no folder is given."""

    def __init__(self, folder: Path | None) -> None:
        """Keep them beneath `folder`, which is made when there is something to keep."""
        self._folder = folder
        self._held: dict[int, dict[str, Array]] = {}

    def get(self, member: int, rounds: int) -> dict[str, Array] | None:
        """Return what `member` had after `rounds` rounds; None where they were in none."""
        if self._folder is None:
            return self._held.get(member)
        known = [number for number in self._rounds(member) if number <= rounds]
        return from_bytes(self._path(member, max(known)).read_bytes()) if known else None

    def put(self, member: int, round_number: int, arrays: dict[str, Array]) -> None:
        """Keep what `member` has after round `round_number`; StoreError where the folder does not take it."""
        if self._folder is None:
            self._held[member] = arrays
            return
        path = self._path(member, round_number)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            before = sorted(number for number in self._rounds(member) if number < round_number)
            partial = path.with_suffix(".partial")
            partial.write_bytes(to_bytes(arrays))
            partial.replace(path)
            for old in before[:-1]:
                self._path(member, old).unlink()
        except OSError as error:
            raise StoreError(
                f"{path} cannot be written ({error.strerror}); free space or name another folder"
            ) from error

    def of(self, members: Sequence[int], rounds: int, begin: dict[str, Array]) -> dict[str, Array]:
        """Return the arrays of `members` (u, ...), those of `begin` for who has none yet."""
        if not begin:
            return {}
        each = [self.get(int(member), rounds) or begin for member in members]
        return {name: np.stack([arrays[name] for arrays in each]) for name in begin}

    def _path(self, member: int, round_number: int) -> Path:
        if self._folder is None:
            raise ValueError("kept in memory")
        return self._folder / f"{member:07d}" / f"{round_number:06d}.safetensors"

    def _rounds(self, member: int) -> list[int]:
        folder = self._path(member, 0).parent
        return [int(path.stem) for path in folder.glob("*.safetensors")] if folder.is_dir() else []
