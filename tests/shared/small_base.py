"""A whole base without a network in it: what the base file's own tests need, made in no time."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np

from vsr_shared.audio.spectrogram import SpectrogramSpec
from vsr_shared.base import Base, make_base, write_base
from vsr_shared.network.parts import BASE_SHAPES, TRAINABLE_SHAPES
from vsr_shared.shipped_base import BASE_FILE, RECORD_FILE, Record


def small_base(seed: int = 0, **fields: object) -> Base:
    """Right arrays of random numbers, and a trunk that is none; `fields` as `make_base` takes them."""
    rng = np.random.default_rng(seed)
    trainable = {name: rng.normal(size=shape).astype(np.float32) for name, shape in TRAINABLE_SHAPES.items()}
    frozen = {name: rng.uniform(0.5, 1, shape).astype(np.float32) for name, shape in BASE_SHAPES.items()}
    known = {"name": "small", "origin": "random", "spectrogram": SpectrogramSpec(), "heard": ("a", "é")}
    return make_base(b"no trunk " * 50, trainable, frozen, **(known | fields))


def rewritten(
    data: bytes,
    manifest: dict[str, object] | None = None,
    members: dict[str, bytes] | None = None,
    compression: int = zipfile.ZIP_STORED,
) -> bytes:
    """A base file with other fields in its manifest or other members."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        contents = {name: old.read(name) for name in old.namelist()}
    if manifest:
        fields = json.loads(contents["manifest.json"]) | manifest
        contents["manifest.json"] = json.dumps(fields, indent=1, sort_keys=True, ensure_ascii=False).encode(
            errors="surrogatepass"
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as new:
        for name, content in (contents | (members or {})).items():
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, compress_type=compression)
    return buffer.getvalue()


def put(folder: Path, base: Base) -> None:
    """Make `base` the one that ships from `folder`."""
    data = write_base(base)
    folder.mkdir(exist_ok=True)
    (folder / BASE_FILE).write_bytes(data)
    (folder / RECORD_FILE).write_bytes(Record.of(base, data).to_json())
