"""What the architecture alone hears: pooled activations of a network that nobody trained, as features."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vsr_server.base.images import Images
from vsr_server.base.kept import kept_rows, key_of
from vsr_shared.audio.spectrogram import SpectrogramSpec
from vsr_shared.base import Base
from vsr_shared.errors import BaseError, UsageError
from vsr_shared.find_base import RANDOM, BaseChoice, find_base
from vsr_shared.network.image_input import network_input
from vsr_shared.network.trunk import LiteRTTrunk

Floats = npt.NDArray[np.floating]
BATCH = 64


def untrained_network(cache: Path, say: Callable[[str], None] = lambda _: None) -> Base:
    """Return the base of seeded random weights, built once and kept in `cache`.

    UsageError where it cannot be built because TensorFlow is not installed.
    """
    try:
        return find_base(BaseChoice(RANDOM, cache, offline=True), say)
    except BaseError as error:
        raise UsageError(f"the untrained network cannot be had ({error}); or leave it out: --no-untrained") from error


def pooled_activations(
    base: Base, images: Images, prints: Sequence[str], cache: Path, say: Callable[[str], None] = lambda _: None
) -> Floats:
    """Return the trunk's activations (m, 1888) of each recording, mean over place, time and segments.

    `images` are those of the m recordings whose SHA-256 are `prints`, in their order and made by the base's own
    spectrogram. Kept in `cache` a recording, so that only new ones take time: about 10 ms each on two cores.
    """
    path = cache / f"untrained-{key_of([base.id, _input_mark(base.manifest.spectrogram)])}.npz"

    def make(missing: Sequence[int]) -> Floats:
        trunk = LiteRTTrunk(base.trunk, base.manifest.spectrogram.shape)
        numbers = np.unique(images.recording)[np.asarray(missing)]
        wanted = images.of([int(number) for number in numbers])
        pooled = np.concatenate(list(_pooled(trunk, wanted.pictures, say)))
        _, place = np.unique(wanted.recording, return_inverse=True)
        total = np.zeros((len(missing), pooled.shape[1]))
        np.add.at(total, place, pooled)
        return (total / np.bincount(place)[:, None]).astype(np.float32)

    return kept_rows(path, prints, make)


def _pooled(trunk: LiteRTTrunk, pictures: npt.NDArray[np.uint8], say: Callable[[str], None]) -> "list[Floats]":
    parts: list[Floats] = []
    for first in range(0, len(pictures), BATCH):
        parts.append(trunk(pictures[first : first + BATCH]).mean(axis=(1, 2)))
        if first and first % (10 * BATCH) == 0:
            say(f"untrained network: {first} of {len(pictures)} images heard")
    return parts


def _input_mark(spec: SpectrogramSpec) -> str:
    """A hash of how images become the network's input, which no base's id says."""
    ramp = np.linspace(0, 255, spec.shape[0] * spec.shape[1]).reshape(1, *spec.shape).astype(np.uint8)
    return key_of(network_input(ramp).round(4).tolist())
