"""Which versions of a federation's common model this machine takes: signed, and never an older one than before.

A server that could go back to an old version could undo a correction, or give each person another model and compare
their answers. So the newest version is kept on this machine's disk, by the release key that signed it.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from vsr_client.store.files import write_whole
from vsr_shared.errors import RefusedRound, StoreError
from vsr_shared.federation.manifest import Manifest, verify
from vsr_shared.federation.messages import CommonModel


@dataclass(frozen=True)
class Seen:
    """The newest version that this machine took under one release key."""

    federation: str
    version: int
    sha256: str


def check_signed(model: CommonModel, release_key: bytes, seen: Seen | None) -> Manifest:
    """Return the manifest of `model`, whose weights have the digest that it names.

    Raises UntrustedModel where `release_key` (32 bytes) did not sign it, RefusedRound, with the reason, where it is
    another's, or older than what was `seen`.
    """
    if model.manifest is None:
        raise RefusedRound("the server offers a model that nobody signed; this machine takes signed ones alone")
    manifest = verify(model.manifest, release_key)
    if manifest.sha256 != model.model_digest:
        raise RefusedRound("the weights are not those that the signed manifest names; they were exchanged")
    if manifest.federation != model.federation:
        raise RefusedRound(f"the manifest is signed for federation {manifest.federation}, not for {model.federation}")
    if manifest.base != model.base:
        raise RefusedRound(f"the manifest is signed for base {manifest.base}, not for {model.base}")
    if seen is not None:
        _check_newer(manifest, seen)
    return manifest


def _check_newer(manifest: Manifest, seen: Seen) -> None:
    if manifest.federation != seen.federation:
        raise RefusedRound(
            f"this release key signed for federation {seen.federation} before, now for {manifest.federation}; "
            "whoever founds a federation anew makes new keys and invites anew"
        )
    if manifest.version < seen.version:
        raise RefusedRound(f"version {manifest.version} of the model is older than version {seen.version}, seen before")
    if manifest.version == seen.version and manifest.sha256 != seen.sha256:
        raise RefusedRound(f"version {manifest.version} had other weights before; the server made two of one number")


class SignedModels:
    """The newest version under each release key, in a JSON file at `path`, and the key that this machine pinned."""

    def __init__(self, path: Path, release_key: bytes) -> None:
        """Read `path` where it is there; StoreError where it cannot be read or is damaged."""
        self._path = path
        self._key = release_key
        try:
            found = json.loads(path.read_text()) if path.exists() else {}
            self._seen = {str(key): _seen(said) for key, said in found.items()}
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise StoreError(f"{path} cannot be read ({error}); without it an older model could be taken") from error

    @property
    def newest(self) -> Seen | None:
        """The newest version taken under the pinned key, None before the first."""
        return self._seen.get(self._key.hex())

    def check(self, model: CommonModel) -> Manifest:
        """Return the manifest of `model`, to be recorded where the model is taken; raise as `check_signed` does."""
        return check_signed(model, self._key, self.newest)

    def record(self, manifest: Manifest) -> None:
        """Keep that this version was taken, surviving a loss of power; StoreError where it cannot be kept."""
        seen = Seen(manifest.federation, manifest.version, manifest.sha256)
        if seen != self.newest:
            self._seen[self._key.hex()] = seen
            write_whole(self._path, json.dumps({key: asdict(said) for key, said in self._seen.items()}).encode())


def _seen(said: dict[str, str | int]) -> Seen:
    if set(said) != {"federation", "version", "sha256"}:
        raise ValueError("neither federation, version nor SHA-256")
    return Seen(str(said["federation"]), int(said["version"]), str(said["sha256"]))
