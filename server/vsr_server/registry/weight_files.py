"""The weights of the versions, one file each: DATA/models/000012.safetensors."""

import errno
from collections.abc import Iterable
from pathlib import Path

from vsr_server.durable_file import write_durably
from vsr_shared.errors import FederationError, VsrError
from vsr_shared.weights import Weights, digest, from_bytes, to_bytes


class WeightFiles:
    """The files in one folder."""

    def __init__(self, folder: Path) -> None:
        """Look into `folder`; nothing is written until weights are put."""
        self._folder = folder

    def path(self, version: int) -> Path:
        """Where the weights of `version` lie."""
        return self._folder / f"{version:06d}.safetensors"

    def put(self, version: int, weights: Weights) -> None:
        """Write the weights of `version`, whole or not at all; FederationError where the disk does not take them."""
        path = self.path(version)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_durably(path, to_bytes(weights))
        except OSError as error:
            path.with_name(path.name + ".new").unlink(missing_ok=True)
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise FederationError(
                f"version {version} of the model cannot be kept in {self._folder} ({error.strerror}); "
                f"{'free space' if full else 'allow writing there'}; the versions before are whole"
            ) from error

    def get(self, version: int, sha256: str) -> Weights:
        """Return the weights of `version`; FederationError where they are gone or not those of `sha256`."""
        path = self.path(version)
        try:
            weights = from_bytes(path.read_bytes())
        except FileNotFoundError as error:
            raise FederationError(
                f"the weights of version {version} are not kept any more; take a newer version, or restore {path}"
            ) from error
        except (OSError, VsrError) as error:
            raise FederationError(f"{path} cannot be read ({error}); restore it from a backup") from error
        if digest(weights) != sha256:
            raise FederationError(f"{path} does not hold the weights of version {version}; restore it from a backup")
        return weights

    def keep_only(self, versions: Iterable[int]) -> None:
        """Take away the files of all other versions, and what a killed process left half written."""
        kept = {self.path(version) for version in versions}
        for path in [*self._folder.glob("*.safetensors"), *self._folder.glob("*.safetensors.new")]:
            if path not in kept:
                path.unlink(missing_ok=True)
