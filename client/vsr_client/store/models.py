"""The newest common tail and head of a federation here. Everybody in it has the same, so they are not sealed."""

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vsr_client.store.files import private_folder, reporting, write_whole
from vsr_shared.errors import StoreError, VsrError
from vsr_shared.weights import Weights, digest, from_bytes, to_bytes

Kind = Literal["common", "personal"]


@dataclass(frozen=True)
class KeptModel:
    """A tail and head that belong to one base."""

    kind: Kind
    base: str
    weights: Weights
    origin: str
    """For people: "round 5 of a federation", "12 recordings of yours"."""

    @property
    def id(self) -> str:
        """Kind and the beginning of the weights' hash."""
        return f"{self.kind}@{digest(self.weights)[:12]}"


class CommonModels:
    """The common models in one data folder, one a base."""

    def __init__(self, data_dir: Path) -> None:
        """Look into `data_dir`; nothing is written until a model is put."""
        self._folder = data_dir / "models"

    def has(self, base: str) -> bool:
        """Say whether there is one for `base`."""
        return self._path(base).exists()

    def put(self, base: str, weights: Weights, origin: str) -> None:
        """Keep `weights` in place of those before."""
        header = json.dumps({"base": base, "origin": origin}).encode()
        private_folder(self._folder)
        write_whole(self._path(base), struct.pack("<I", len(header)) + header + to_bytes(weights))

    def get(self, base: str) -> KeptModel:
        """Return the model for `base`; StoreError where it is missing or damaged."""
        path = self._path(base)
        with reporting(self._folder):
            data = path.read_bytes()
        try:
            (length,) = struct.unpack_from("<I", data)
            header = json.loads(data[4 : 4 + length])
            return KeptModel("common", header["base"], from_bytes(data[4 + length :]), header["origin"])
        except (struct.error, ValueError, KeyError, VsrError) as error:
            raise StoreError(f"{path} is damaged; delete it and join again") from error

    def remove(self, base: str) -> None:
        """Take the model away where it is there."""
        with reporting(self._folder):
            self._path(base).unlink(missing_ok=True)

    def _path(self, base: str) -> Path:
        return self._folder / f"common-{base.replace('/', '_')}.model"
