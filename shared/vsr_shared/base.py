"""The base file: one model that everybody starts from, with what its user must know about it.

A ZIP archive without compression of three members:

    manifest.json     what it is, how sound becomes its input, the SHA-256 of the other two
    trunk.tflite      the frozen trunk, LiteRT
    arrays.safetensors    tail and head ("trainable/..."), what is frozen behind the cut, and by what
                          a memory compares voices ("frozen/...")

Numbers and text alone: nothing in it can run as code. A base's identity is its name and the SHA-256 of its
manifest, and so of every byte in it.
"""

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Final, Literal, cast, get_args

import numpy as np

from vsr_shared.audio.spectrogram import SpectrogramSpec
from vsr_shared.errors import BaseError, UsageError, VsrError
from vsr_shared.network.parts import BASE_SHAPES, TRAINABLE_SHAPES
from vsr_shared.weights import Array, from_bytes, to_bytes

FORMAT: Final = 3
MAX_BYTES: Final = 200_000_000
"""Larger files are refused before they are read: a DenseNet201 base has 22 MB in 8 bits, 77 in 32."""

_MEMBERS: Final = ("manifest.json", "trunk.tflite", "arrays.safetensors")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the same contents give the same bytes
_UNIX: Final = 3  # likewise, on every system
Origin = Literal["trained", "imagenet", "random"]


@dataclass(frozen=True)
class BaseManifest:
    """What a base is; `parts` maps each member to its SHA-256."""

    name: str
    origin: Origin
    spectrogram: SpectrogramSpec
    parts: Mapping[str, str]
    heard: tuple[str, ...] = ()
    """Speakers it was trained or validated on: nobody may evaluate it on them."""
    licence: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """Return the manifest's bytes, the same for the same contents."""
        fields = {"format": FORMAT} | asdict(self) | {"spectrogram": self.spectrogram.to_dict()}
        return json.dumps(fields, indent=1, sort_keys=True, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Base:
    """A base in memory."""

    manifest: BaseManifest
    trunk: bytes
    trainable: Mapping[str, Array]
    frozen: Mapping[str, Array]

    @cached_property
    def id(self) -> str:
        """Name and the beginning of the manifest's SHA-256."""
        return f"{self.manifest.name}@{hashlib.sha256(self.manifest.to_json()).hexdigest()[:12]}"


def make_base(
    trunk: bytes,
    trainable: Mapping[str, Array],
    frozen: Mapping[str, Array],
    *,
    name: str,
    origin: Origin,
    spectrogram: SpectrogramSpec,
    heard: tuple[str, ...] = (),
    licence: str = "",
    notes: Mapping[str, Any] | None = None,
) -> Base:
    """Return a base of these parts, its manifest filled in."""
    parts = {"trunk.tflite": _sha256(trunk), "arrays.safetensors": _sha256(_pack(trainable, frozen))}
    manifest = BaseManifest(name, origin, spectrogram, parts, heard, licence, dict(notes or {}))
    return Base(manifest, trunk, trainable, frozen)


def write_base(base: Base) -> bytes:
    """Return the bytes of the base file."""
    return _archive(
        {
            "manifest.json": base.manifest.to_json(),
            "trunk.tflite": base.trunk,
            "arrays.safetensors": _pack(base.trainable, base.frozen),
        }
    )


def read_base(data: bytes, *, proven: bool = False) -> Base:
    """Return the base in `data`; BaseError where anything in it is missing, damaged or of another version.

    `proven` says that the SHA-256 of `data` is that of a base that was read before: it is not checked a second time.
    """
    if len(data) > MAX_BYTES:
        raise BaseError(f"this base has {len(data):,} bytes, more than {MAX_BYTES:,}; it is not a VSR base")
    members = _members(data)
    manifest = _manifest(members["manifest.json"])
    if not proven:
        _check(data, manifest, members)
    try:
        arrays = from_bytes(members["arrays.safetensors"])
    except (VsrError, LookupError, ValueError, TypeError) as error:
        raise BaseError(f"the arrays of this base cannot be read ({error}); fetch it again") from error
    trainable, frozen = _unpack(arrays)
    return Base(manifest, members["trunk.tflite"], trainable, frozen)


def _members(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            # Stored as they are, they cannot unpack to more than the file has.
            if any(info.compress_type != zipfile.ZIP_STORED or info.file_size > len(data) for info in infos):
                raise BaseError("the parts of this archive are compressed; it is not a VSR base")
            if sorted(info.filename for info in infos) != sorted(_MEMBERS):
                raise BaseError("this archive does not have the three parts of a VSR base; name another file")
            return {name: archive.read(name) for name in _MEMBERS}
    except (zipfile.BadZipFile, struct.error, LookupError, EOFError, OSError, RuntimeError, ValueError) as error:
        raise BaseError(f"this is not a whole VSR base file ({error}); fetch it again") from error


def _check(data: bytes, manifest: BaseManifest, members: Mapping[str, bytes]) -> None:
    for member, expected in manifest.parts.items():
        if _sha256(members[member]) != expected:
            raise BaseError(f"{member} in this base does not have the SHA-256 its manifest names; fetch it again")
    # The hashes leave out what surrounds the members; so that no byte may differ, all of it is made anew.
    if _archive(members) != data:
        raise BaseError("this base was changed: it holds bytes that do not belong to one; fetch it again")


def _archive(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for member in _MEMBERS:
            info = zipfile.ZipInfo(member, _EPOCH)
            info.create_system = _UNIX
            archive.writestr(info, members[member])
    return buffer.getvalue()


def _manifest(data: bytes) -> BaseManifest:
    try:
        fields = cast("dict[str, Any]", json.loads(data))
        version = fields.pop("format")
        if version != FORMAT:
            raise BaseError(f"this base has format {version}, this VSR reads {FORMAT}; install the VSR that made it")
        fields["spectrogram"] = SpectrogramSpec.from_dict(fields["spectrogram"])
        fields["heard"] = tuple(fields["heard"])
        manifest = BaseManifest(**fields)
        texts = (manifest.name, manifest.licence, *manifest.heard)
        if (
            manifest.origin not in get_args(Origin)
            or not (isinstance(manifest.parts, dict) and isinstance(manifest.notes, dict))
            or set(manifest.parts) != set(_MEMBERS[1:])
            or not all(isinstance(text, str) for text in texts)
            or manifest.to_json() != data
        ):
            raise ValueError("it does not say what it must, in the form it must have")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, UsageError) as error:
        raise BaseError(f"the manifest of this base cannot be read ({error}); fetch it again") from error
    return manifest


def _pack(trainable: Mapping[str, Array], frozen: Mapping[str, Array]) -> bytes:
    return to_bytes(
        {f"trainable/{name}": array for name, array in trainable.items()}
        | {f"frozen/{name}": array for name, array in frozen.items()}
    )


def _unpack(arrays: Mapping[str, Array]) -> tuple[dict[str, Array], dict[str, Array]]:
    groups = []
    for group, shapes in (("trainable", TRAINABLE_SHAPES), ("frozen", BASE_SHAPES)):
        found = {name: arrays.get(f"{group}/{name}") for name in shapes}
        for name, array in found.items():
            if array is None or array.shape != shapes[name] or array.dtype != np.float32:
                raise BaseError(f"this base lacks {name} in its right shape; it was made for another network")
            if not np.isfinite(array).all():
                raise BaseError(f"{name} in this base is not all numbers: its training went wrong; use another base")
        groups.append({name: array for name, array in found.items() if array is not None})
    return groups[0], groups[1]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
