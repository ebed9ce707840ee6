"""Reverse proxies that are believed when they say whose request they pass on."""

import ipaddress

from vsr_shared.errors import UsageError


class TrustedProxies:
    """Addresses and networks; `address in proxies` says whether one of them is a proxy of ours."""

    def __init__(self, named: str = "") -> None:
        """Read addresses and networks separated by commas; UsageError where one is neither."""
        self.names = [name.strip() for name in named.split(",") if name.strip()]
        try:
            self._networks = [ipaddress.ip_network(name) for name in self.names]
        except ValueError as error:
            raise UsageError(f"{error}; a trusted proxy is an address or a network, like 172.30.0.0/24") from error

    def __contains__(self, address: object) -> bool:
        try:
            found = ipaddress.ip_address(str(address))
        except ValueError:
            return False
        return any(found in network for network in self._networks)
