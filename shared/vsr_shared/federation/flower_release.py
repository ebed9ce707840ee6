"""The one release of Flower that VSR runs on, and the environment that keeps it quiet.

The pinned local app and the coordinator rest on Flower's internals, which move from release to release.
"""

from collections.abc import Mapping
from typing import Final

from vsr_shared.errors import FederationError

RELEASE: Final = "1.41"

QUIET: Final[Mapping[str, str]] = {
    "FLWR_TELEMETRY_ENABLED": "0",
    "FLWR_DISABLE_UPDATE_CHECK": "1",
    "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION": "1",
}
"""Without these Flower reports its use to its makers, asks for newer versions and installs what an app names."""


def check_release(found: str) -> None:
    """Raise FederationError unless `found` is a version of the pinned release."""
    if not found.startswith(f"{RELEASE}."):
        raise FederationError(
            f"taking part in rounds needs flwr {RELEASE}, this environment has {found}; reinstall vsr"
        )
