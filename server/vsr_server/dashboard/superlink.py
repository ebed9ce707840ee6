"""The SuperLink, asked which machines are connected and told which no longer may be."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from vsr_server.database.tables import Machine
from vsr_server.server_folder import ServerFolder
from vsr_shared.errors import FederationError


@dataclass(frozen=True)
class SuperLinkAt:
    """Where a SuperLink is, and who vouches for it."""

    address: str
    """host:port."""
    authority: bytes
    """Certificate, PEM."""

    def connected(self) -> frozenset[str]:
        """Return the ids of the machines that are connected; FederationError where the SuperLink is silent."""
        from vsr_server.flower import flower_internals as flower

        try:
            with flower.control_client(self.address, self.authority) as control:
                listed = control.ListNodes(flower.ListNodesRequest()).nodes_info
        except httpx.HTTPError as error:
            raise FederationError(f"the SuperLink at {self.address} does not answer; see whether it runs") from error
        return frozenset(hashlib.sha256(one.public_key).hexdigest()[:16] for one in listed if one.status == "online")

    def tell(self, machines: Sequence[Machine]) -> None:
        """Make it let in those of `machines` that may take part and no others; FederationError where it is silent."""
        from vsr_server.enrolment.nodes import tell_superlink

        try:
            tell_superlink(machines, self.address, self.authority)
        except httpx.HTTPError as error:
            raise FederationError(f"the SuperLink at {self.address} does not answer; see whether it runs") from error


FindSuperLink = Callable[[], SuperLinkAt]
"""Returns the SuperLink that runs; FederationError where none does."""


def of_folder(root: Path) -> FindSuperLink:
    """Return what finds the SuperLink that the server on the data folder `root` runs."""
    folder = ServerFolder(root)

    def find() -> SuperLinkAt:
        address = folder.address()
        try:
            authority = (folder.certificates / "ca.crt").read_bytes()
        except OSError:
            address = None
        if address is None:
            raise FederationError("no server runs on this data folder; start it with `vsr-server start`")
        return SuperLinkAt(address, authority)

    return find
