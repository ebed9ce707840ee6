"""The operator's validation recordings: heard by the trunk once, judged by every version of the common model.

People who agreed to it, and nobody who takes part: recordings that lie on the server in the clear. What the trunk hears
of them is kept beside, under the SHA-256 of base, recordings and labels, so that a server that starts again, or judges
the next version, runs tail and head alone.
"""

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_server.coordination.gate import Judged
from vsr_server.corpora.clip import Clip
from vsr_server.corpora.fingerprints import fingerprint
from vsr_server.corpora.read import read_corpora
from vsr_server.durable_file import write_durably
from vsr_shared.audio.decode import decode_blocks
from vsr_shared.base import Base
from vsr_shared.errors import StoreError, UsageError
from vsr_shared.learning.odds import recording_means
from vsr_shared.network.tail_head import log_probabilities_of, prepare
from vsr_shared.prediction import Predictor
from vsr_shared.weights import Array, Weights

FEWEST: Final = 10
"""Recordings of each polarity below which nothing can be told apart from chance."""
_AT_ONCE: Final = 256

Say = Callable[[str], None]


@dataclass(frozen=True)
class ValidationSet:
    """Validation recordings as a base's trunk hears them."""

    speakers: tuple[str, ...]
    """Whose each recording is, n."""
    labels: npt.NDArray[np.int64]
    """(n,): 0 negative, 1 positive."""
    activations: npt.NDArray[np.floating]
    """(segments, h, w, 1888), float16."""
    owner: npt.NDArray[np.intp]
    """(segments,): the recording, from 0, that each is of."""
    frozen: Weights
    """Of the base."""

    def judged(self, weights: Weights) -> Judged:
        """Return what a version with these shared `weights` says of every recording, as a prediction has it."""
        lead = {name: array[None] for name, array in weights.items()}
        parts: list[Array] = []
        for first in range(0, len(self.activations), _AT_ONCE):
            clips = prepare(self.activations[None, first : first + _AT_ONCE], self.frozen)
            parts.append(np.exp(log_probabilities_of(lead, self.frozen, clips)[0, :, 1]))
        return Judged(self.speakers, self.labels, recording_means(np.concatenate(parts), self.owner))


def load_validation(folder: Path, base: Base, cache: Path, say: Say = lambda _: None) -> ValidationSet:
    """Return the recordings of `folder`, corpora or a folder with a `MANIFEST.csv`, as `base` hears them.

    What is heard is kept in the folder `cache`. Raises UsageError where the folder is at fault or has fewer than 10
    recordings of a polarity, AudioError where one cannot be heard, StoreError where `cache` cannot be written.
    """
    clips = read_corpora(folder)
    labels = np.array([clip.positive for clip in clips], np.int64)
    if min(np.bincount(labels, minlength=2)) < FEWEST:
        raise UsageError(
            f"{folder} has {int(labels.sum())} positive and {int((1 - labels).sum())} negative recordings; the gate "
            f"needs {FEWEST} of each"
        )
    speakers = tuple(clip.speaker for clip in clips)
    if known := set(speakers) & set(base.manifest.heard):
        say(
            f"validation: the base learnt from {len(known)} of these {len(set(speakers))} speakers; others judge better"
        )
    kept = cache / f"{_key(base, clips)}.npz"
    try:
        activations, owner = _read(kept) if kept.exists() else _hear(base, clips, kept, say)
    except OSError as error:
        raise StoreError(f"what is heard of {folder} cannot be kept in {cache} ({error}); free space there") from error
    return ValidationSet(speakers, labels, activations, owner, base.frozen)


def _key(base: Base, clips: Sequence[Clip]) -> str:
    lines = [base.id, *(f"{fingerprint(clip.path)} {clip.speaker} {clip.positive}" for clip in clips)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _hear(
    base: Base, clips: Sequence[Clip], kept: Path, say: Say
) -> tuple[npt.NDArray[np.floating], npt.NDArray[np.intp]]:
    say(f"validation: hearing {len(clips)} recordings, once")
    predictor = Predictor(base)
    heard = [np.concatenate([part.activations for part in predictor.hear(decode_blocks(clip.path))]) for clip in clips]
    activations = np.concatenate(heard).astype(np.float16)
    owner = np.repeat(np.arange(len(clips)), [len(part) for part in heard])
    data = io.BytesIO()
    np.savez(data, activations=activations, owner=owner)
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_durably(kept, data.getvalue())
    return activations, owner


def _read(kept: Path) -> tuple[npt.NDArray[np.floating], npt.NDArray[np.intp]]:
    try:
        with np.load(kept, allow_pickle=False) as found:
            return found["activations"], found["owner"]
    except (ValueError, KeyError) as error:
        raise StoreError(f"{kept} is damaged ({error}); delete it, and it is made again") from error
