"""The person's labelled recordings, as the learning needs them: kept activations and a label, sealed."""

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Field, Session, SQLModel, create_engine, select

from vsr_client.store.sealing import fingerprint, seal, unseal
from vsr_shared.emotions import Polarity
from vsr_shared.errors import StoreError
from vsr_shared.learning.personalise import Recording
from vsr_shared.weights import Array

_PURPOSE = "a recording"


class Clip(SQLModel, table=True):
    """One labelled recording: nothing in a row says anything without the data key, but which rows share a base."""

    fingerprint: str = Field(primary_key=True)
    """Keyed hash of base and audio: the same recording taught twice is one row, with the later label."""
    base: str = Field(index=True)
    sealed: bytes


class ClipStore:
    """The labelled recordings in one data folder."""

    def __init__(self, folder: Path, key: bytes) -> None:
        """Open `folder` with its data key; StoreError where the file cannot be read or written."""
        self._path = folder / "clips.sqlite"
        self._key = key
        with self._reporting():
            self._engine = create_engine(f"sqlite:///{self._path}")
            event.listen(self._engine, "connect", _careful)
            SQLModel.metadata.create_all(self._engine, tables=[SQLModel.metadata.tables["clip"]])
            self._path.chmod(0o600)

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()

    def put(self, base: str, audio_sha256: bytes, activations: Array, polarity: Polarity) -> bool:
        """Keep one recording's activations (segments, h, w, 1888) and label; False where it was there, relabelled."""
        name = fingerprint(self._key, base.encode() + b"\0" + audio_sha256)
        sealed = seal(self._key, f"{_PURPOSE} {name}", _packed(activations, polarity))
        with self._reporting(), Session(self._engine) as session:
            new = session.get(Clip, name) is None
            session.merge(Clip(fingerprint=name, base=base, sealed=sealed))
            session.commit()
        return new

    def recordings(self, base: str) -> list[Recording]:
        """Return the recordings kept for `base`, in one fixed order."""
        with self._reporting(), Session(self._engine) as session:
            rows = session.exec(select(Clip).where(Clip.base == base).order_by(Clip.fingerprint)).all()
            return [_unpacked(unseal(self._key, f"{_PURPOSE} {row.fingerprint}", row.sealed)) for row in rows]

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            reason = getattr(error, "orig", None) or error
            raise StoreError(
                f"{self._path} cannot be used ({reason}); free space, allow writing, or choose another folder with "
                "--data-dir"
            ) from error


def _careful(connection: object, _: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _packed(activations: Array, polarity: Polarity) -> bytes:
    header = json.dumps({"polarity": polarity, "shape": activations.shape}).encode()
    return struct.pack("<I", len(header)) + header + activations.astype("<f2").tobytes()


def _unpacked(data: bytes) -> Recording:
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    activations = np.frombuffer(data, "<f2", offset=4 + length).reshape(header["shape"])
    return Recording(activations, Polarity(header["polarity"]))
