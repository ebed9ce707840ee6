"""Looking at the versions of a federation's common model, without the key that signs them."""

from pathlib import Path

from vsr_server.database.open import Database
from vsr_server.registry.rows import current_row, newest_first, row_of
from vsr_server.registry.version import Version, version_of
from vsr_server.registry.weight_files import WeightFiles
from vsr_shared.weights import Weights


class Versions:
    """The versions in `database`, with their weights in `folder` (DATA/models)."""

    def __init__(self, database: Database, folder: Path) -> None:
        """Nothing is read yet."""
        self._database = database
        self._files = WeightFiles(folder)

    def current(self) -> Version:
        """Return the version that is in use; UnknownVersion before the federation begins."""
        with self._database.reading() as session:
            return version_of(current_row(session))

    def history(self) -> list[Version]:
        """Return all versions, the newest first."""
        with self._database.reading() as session:
            return [version_of(row) for row in session.exec(newest_first())]

    def version(self, number: int) -> Version:
        """Return version `number`; UnknownVersion where there is none."""
        with self._database.reading() as session:
            return version_of(row_of(session, number))

    def weights(self, version: int) -> Weights:
        """Return the weights of `version`; FederationError where they are gone, or not the ones that were signed."""
        return self._files.get(version, self.version(version).sha256)

    def weights_file(self, version: int) -> Path:
        """Where the weights of `version` lie, if they are kept."""
        return self._files.path(version)
