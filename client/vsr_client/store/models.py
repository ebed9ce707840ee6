"""Tails and heads on this machine: the person's own, sealed, and the newest common one of a federation."""

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from vsr_client.store.files import private_folder, reporting, write_whole
from vsr_client.store.sealing import seal, unseal
from vsr_shared.errors import StoreError, VsrError
from vsr_shared.weights import Weights, digest, from_bytes, to_bytes

Kind = Literal["common", "personal"]
_PURPOSE: Final = "the personal model"


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


class ModelFolder:
    """The kept models in one data folder, one of a kind and base."""

    def __init__(self, data_dir: Path) -> None:
        """Look into `data_dir`; nothing is written until a model is put."""
        self._folder = data_dir / "models"

    def has(self, kind: Kind, base: str) -> bool:
        """Say whether there is such a model."""
        return self._path(kind, base).exists()

    def put(self, model: KeptModel, key: bytes | None = None) -> None:
        """Keep `model` in place of the one before; a personal one needs the data `key`."""
        header = json.dumps({"base": model.base, "origin": model.origin}).encode()
        data = struct.pack("<I", len(header)) + header + to_bytes(model.weights)
        if model.kind == "personal":
            if key is None:
                raise StoreError("a personal model is never kept without a key")
            data = seal(key, f"{_PURPOSE} {model.base}", data)
        private_folder(self._folder)
        write_whole(self._path(model.kind, model.base), data)

    def get(self, kind: Kind, base: str, key: bytes | None = None) -> KeptModel:
        """Return the model; StoreError where it is missing or damaged."""
        path = self._path(kind, base)
        with reporting(self._folder):
            data = path.read_bytes()
        if kind == "personal":
            data = unseal(key or b"", f"{_PURPOSE} {base}", data)
        try:
            (length,) = struct.unpack_from("<I", data)
            header = json.loads(data[4 : 4 + length])
            return KeptModel(kind, header["base"], from_bytes(data[4 + length :]), header["origin"])
        except (struct.error, ValueError, KeyError, VsrError) as error:
            raise StoreError(f"{path} is damaged; delete it, then train or join again") from error

    def remove(self, kind: Kind, base: str) -> None:
        """Take the model away where it is there."""
        with reporting(self._folder):
            self._path(kind, base).unlink(missing_ok=True)

    def _path(self, kind: Kind, base: str) -> Path:
        return self._folder / f"{kind}-{base.replace('/', '_')}.model"
