"""Named weights: arrays under names, their hash, their flat form and their bytes.

Bytes are safetensors: no pickle, so that a file or a message from outside can hold numbers alone.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors import numpy as safetensors_numpy

from vsr_shared.errors import VsrError

Array = npt.NDArray[np.float32]
Weights = Mapping[str, Array]


@dataclass(frozen=True)
class Layout:
    """Names and shapes of a set of weights, in the order of their flat form."""

    entries: tuple[tuple[str, tuple[int, ...]], ...]

    @classmethod
    def of(cls, weights: Weights) -> "Layout":
        """Return the layout of `weights`: names in alphabetical order, so that it never depends on a dict's."""
        return cls(tuple((name, tuple(weights[name].shape)) for name in sorted(weights)))

    @property
    def size(self) -> int:
        """Count of all the numbers."""
        return sum(prod(shape) for _, shape in self.entries)

    def flatten(self, weights: Weights) -> Array:
        """Return `weights` as one float32 vector of `size` numbers; VsrError where names or shapes differ."""
        if Layout.of(weights) != self:
            raise VsrError("these weights do not have the agreed names and shapes; both sides need the same base")
        return np.concatenate([np.ravel(weights[name]) for name, _ in self.entries]).astype(np.float32, copy=False)

    def unflatten(self, vector: npt.NDArray[np.floating]) -> dict[str, Array]:
        """Return the named weights in `vector` (shape `(size,)`); VsrError where the length differs."""
        if vector.shape != (self.size,):
            raise VsrError(f"expected a vector of {self.size} numbers, got shape {vector.shape}")
        bounds = np.cumsum([prod(shape) for _, shape in self.entries])[:-1]
        parts = np.split(vector.astype(np.float32, copy=False), bounds)
        return {name: part.reshape(shape) for (name, shape), part in zip(self.entries, parts, strict=True)}


def digest(weights: Weights) -> str:
    """SHA-256 over names, shapes and little-endian float32 values, as 64 hexadecimal digits."""
    hasher = hashlib.sha256()
    for name, shape in Layout.of(weights).entries:
        hasher.update(f"{name}\0{shape}\0".encode())
        hasher.update(np.ascontiguousarray(weights[name], dtype="<f4").tobytes())
    return hasher.hexdigest()


def to_bytes(weights: Weights) -> bytes:
    """Return `weights` in the safetensors format."""
    return safetensors_numpy.save({name: np.ascontiguousarray(array) for name, array in weights.items()})


def from_bytes(data: bytes) -> dict[str, Array]:
    """Return the weights in safetensors `data`; VsrError where it is damaged."""
    try:
        return safetensors_numpy.load(data)
    except SafetensorError as error:
        raise VsrError(f"damaged weights ({error}); fetch them again") from error
