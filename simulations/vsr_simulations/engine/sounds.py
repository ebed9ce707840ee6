"""What the trunk is given to hear: recordings through microphones, made ready while it hears the one before."""

import hashlib
import json
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vsr_server.corpora.fingerprints import fingerprint
from vsr_server.microphones.acoustics import heard_by
from vsr_server.microphones.catalogue import STUDIO
from vsr_server.microphones.microphone import Microphone
from vsr_shared.audio.decode import Block, decode_blocks


@dataclass(frozen=True)
class Sound:
    """A recording and the microphone that hears it."""

    path: Path
    microphone: Microphone = STUDIO

    def blocks(self) -> Iterable[Block]:
        """Return the recording at 22,050 Hz, as the microphone hears it; AudioError where it cannot be read."""
        if self.microphone.changes_nothing:
            return decode_blocks(self.path)
        whole = np.concatenate(list(decode_blocks(self.path)))
        return [heard_by(self.microphone, whole, fingerprint(self.path))]


def key_of(print_: str, microphone: Microphone) -> str:
    """Return what names a recording of this SHA-256 as `microphone` hears it; the SHA-256 where it changes nothing."""
    if microphone.changes_nothing:
        return print_
    figures = json.dumps([print_, microphone.to_dict()], sort_keys=True)
    return hashlib.sha256(figures.encode()).hexdigest()


def read_ahead(sounds: dict[str, Sound]) -> Iterator[tuple[str, Iterable[Block]]]:
    """Yield the sounds with their keys, in order; the next ones are made ready on the other cores."""
    cores = len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(cores) as pool:
        waiting: deque[tuple[str, Future[Iterable[Block]]]] = deque()
        for one, sound in sounds.items():
            waiting.append((one, pool.submit(sound.blocks)))
            if len(waiting) > 2 * cores:
                name, future = waiting.popleft()
                yield name, future.result()
        for name, future in waiting:
            yield name, future.result()
