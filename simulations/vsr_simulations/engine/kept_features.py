"""What a tail that never moves makes of people's clips: computed when a person is first drawn, kept between rounds.

A clip is 1,920 numbers then, and the tail's products, half of a client-round of the head, fall away.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from vsr_shared.errors import StoreError
from vsr_shared.network.tail_head import features, prepare
from vsr_shared.weights import Weights
from vsr_simulations.engine.heard import HeardClips


class KeptFeatures:
    """People's clips as the tail in `start` hears them, by number; in memory where no folder is given."""

    def __init__(self, start: Weights, frozen: Weights, folder: Path | None) -> None:
        """Keep them beneath `folder`, a file a person, which is made when there is something to keep."""
        self._tail = {name: array[None] for name, array in start.items()}
        self._frozen = frozen
        self._folder = folder
        self._held: dict[int, HeardClips] = {}

    def of(self, member: int, hear: Callable[[], HeardClips]) -> HeardClips:
        """Return the clips of `member`, (segments, 1920); `hear` gives their activations where they are not kept.

        StoreError where the folder does not take them.
        """
        if self._folder is None:
            if member not in self._held:
                self._held[member] = self._through_tail(hear())
            return self._held[member]
        path = self._folder / f"{member:07d}.npz"
        if path.exists():
            with np.load(path) as kept:
                return HeardClips(*(kept[name] for name in ("activations", "statistics", "labels", "owner")))
        found = self._through_tail(hear())
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".partial")
            with partial.open("wb") as file:
                np.savez(file, **vars(found))
            partial.replace(path)
        except OSError as error:
            raise StoreError(
                f"{path} cannot be written ({error.strerror}); free space or name another folder"
            ) from error
        return found

    def _through_tail(self, clips: HeardClips) -> HeardClips:
        heard = features(self._tail, self._frozen, prepare(clips.activations[None], self._frozen))[0]
        return replace(clips, activations=heard)
