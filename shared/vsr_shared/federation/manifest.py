"""What a version of the common model is, signed by the federation's release key.

Signed is canonical JSON: sorted keys, no spaces, plain ASCII, so that one manifest has one text and one signature. A
machine that pinned the release key takes weights that such a text names and no others, whoever hands them over.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vsr_shared.errors import UntrustedModel
from vsr_shared.secure_sum.enrolment import SIGNATURE_BYTES, signed

FORMAT: Final = 1
MAX_BYTES: Final = 16_384
MAX_VERSION: Final = 1_000_000_000
MAX_FIGURES: Final = 64
MAX_NOTE: Final = 500

_PURPOSE: Final = b"vsr model manifest\0"
_NAME: Final = re.compile(r"[\w.@:/+-]{1,200}", re.ASCII)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LATEST: Final = 4_102_444_800  # the year 2100


@dataclass(frozen=True)
class Manifest:
    """One version of a federation's common model; UntrustedModel where a value is out of bounds."""

    federation: str
    version: int
    """From 1, and higher with each that is published; a roll-back is a new version with earlier weights."""
    base: str
    """Which base model the weights belong to."""
    round: int
    """The round that the weights came out of, 0 where they are the base's own."""
    sha256: str
    """`vsr_shared.weights.digest` of the weights, 64 hexadecimal digits."""
    created: int
    """Seconds since 1970."""
    parent: int
    """The version that was current before, 0 for none."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """What was measured of it, over all the machines or on the operator's own recordings; finite."""
    note: str = ""
    """For people, at most 500 characters."""

    def __post_init__(self) -> None:
        numbers = (self.version, self.round, self.created, self.parent)
        if not all(isinstance(number, int) and not isinstance(number, bool) for number in numbers):
            raise UntrustedModel("the model's manifest has a number that is no whole one")
        if not (1 <= self.version <= MAX_VERSION and 0 <= self.parent < self.version):
            raise UntrustedModel(f"the model's manifest cannot be version {self.version} after {self.parent}")
        if not (0 <= self.round <= MAX_VERSION and 0 <= self.created <= _LATEST):
            raise UntrustedModel("the model's manifest has an impossible round or time")
        if not all(isinstance(text, str) and _NAME.fullmatch(text) for text in (self.federation, self.base)):
            raise UntrustedModel("the model's manifest names no federation or base in plain characters")
        if not isinstance(self.sha256, str) or not _DIGEST.fullmatch(self.sha256):
            raise UntrustedModel("the model's manifest holds no SHA-256 in 64 hexadecimal digits")
        if not isinstance(self.note, str) or len(self.note) > MAX_NOTE:
            raise UntrustedModel(f"the model's manifest has a note of more than {MAX_NOTE} characters")
        _check_figures(self.figures)

    def to_text(self) -> bytes:
        """Return the canonical JSON, which is what is signed."""
        said = {"format": FORMAT} | vars(self) | {"figures": dict(self.figures)}
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")
        if len(text) > MAX_BYTES:
            raise UntrustedModel(f"the model's manifest is larger than {MAX_BYTES:,} bytes; it names too much")
        return text


@dataclass(frozen=True)
class SignedManifest:
    """A manifest's text and a signature over it, not yet checked against any key.

    UntrustedModel where the text is longer than any manifest or the signature is none.
    """

    text: bytes
    """Canonical JSON."""
    signature: bytes
    """Ed25519, 64 bytes."""

    def __post_init__(self) -> None:
        if len(self.text) > MAX_BYTES or len(self.signature) != SIGNATURE_BYTES:
            raise UntrustedModel("the model's manifest or its signature is not of a possible size")

    @cached_property
    def manifest(self) -> Manifest:
        """What the text says; UntrustedModel where it is no manifest. Whether it is signed, `verify` says."""
        try:
            found: Any = json.loads(self.text)
            if not isinstance(found, dict) or found.pop("format", None) != FORMAT:
                raise UntrustedModel("the model's manifest is of another format; update VSR")
            manifest = Manifest(**found)
        except (ValueError, TypeError, RecursionError) as error:
            raise UntrustedModel("the model's manifest cannot be read; it is damaged") from error
        if manifest.to_text() != self.text:
            raise UntrustedModel("the model's manifest is not written in its one form; it was changed")
        return manifest


def sign(manifest: Manifest, key: Ed25519PrivateKey) -> SignedManifest:
    """Return `manifest` signed by the release `key`."""
    text = manifest.to_text()
    return SignedManifest(text, key.sign(_PURPOSE + text))


def verify(found: SignedManifest, release_key: bytes) -> Manifest:
    """Return the manifest in `found`; UntrustedModel unless `release_key` (32 bytes) signed it."""
    if not signed(release_key, found.signature, _PURPOSE + found.text):
        raise UntrustedModel(
            "the common model is not signed by the release key that this machine trusts; if the operator has a new "
            "key, leave and join anew by a new invitation"
        )
    return found.manifest


def _check_figures(figures: Mapping[str, float]) -> None:
    if not isinstance(figures, Mapping) or len(figures) > MAX_FIGURES:
        raise UntrustedModel(f"the model's manifest has figures that are none, or more than {MAX_FIGURES}")
    for name, value in figures.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not isinstance(name, str) or not _NAME.fullmatch(name) or not number or not math.isfinite(value):
            raise UntrustedModel("the model's manifest has a figure without a plain name or a finite value")
