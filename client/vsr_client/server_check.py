"""Is there a server at that address, and is it the one this person trusts? Asked before Flower is started.

Flower's SuperNode says the same in a log, after retries and among other things.
"""

import socket
import ssl
from pathlib import Path

from vsr_shared.errors import ServerUnreachable, UntrustedServer, UsageError


def parse_server(server: str) -> tuple[str, int]:
    """Return host and port of `server`, written `host:port`; UsageError where it is not."""
    host, _, port = server.rpartition(":")
    if not host or not port.isdigit() or not 1 <= int(port) <= 65_535 or "/" in host:
        raise UsageError(f"the server's address is written host:port, for example 127.0.0.1:9443, not {server!r}")
    return host.strip("[]"), int(port)


def check_server(server: str, ca: Path, timeout: float = 5.0) -> None:
    """Make one TLS connection to `server` that must carry a certificate signed by the authority in `ca`.

    Raises ServerUnreachable, UntrustedServer, or UsageError where `ca` cannot be read.
    """
    host, port = parse_server(server)
    try:
        context = ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"cannot read the server's authority from {ca} ({error}); ask the operator") from error
    try:
        with (
            socket.create_connection((host, port), timeout) as plain,
            context.wrap_socket(plain, server_hostname=host),
        ):
            return
    except ssl.SSLCertVerificationError as error:
        raise UntrustedServer(
            f"the server at {server} shows a certificate that {ca} does not vouch for "
            f"({error.verify_message}); ask the operator for the right ca.crt"
        ) from error
    except ssl.SSLError as error:
        raise UntrustedServer(f"what answers at {server} does not speak TLS; check the address") from error
    except OSError as error:
        raise ServerUnreachable(
            f"nothing answers at {server} ({error.strerror or error}); check the address and that it runs"
        ) from error
