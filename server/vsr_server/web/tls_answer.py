"""Whether something answers by TLS with a certificate of the own authority."""

import socket
import ssl
from pathlib import Path
from typing import Final

from vsr_shared.errors import FederationError
from vsr_shared.federation.address import parse_address

_SECONDS: Final = 5.0


def check_answers(address: str, authority: Path) -> None:
    """Make one TLS connection to `address` (host:port); FederationError where that fails."""
    host, port = parse_address(address)
    try:
        trusting = ssl.create_default_context(cafile=authority)
        with (
            socket.create_connection((host, port), _SECONDS) as plain,
            trusting.wrap_socket(plain, server_hostname=host),
        ):
            return
    except OSError as error:
        raise FederationError(f"{address} does not answer as it should ({error}); see whether it runs") from error
