"""Is there a server at that address, and is it the one this person trusts? Asked before Flower is started.

Flower's SuperNode says the same in a log, after retries and among other things.
"""

import socket
import ssl
from pathlib import Path

from vsr_shared.errors import ServerUnreachable, UntrustedServer, UsageError
from vsr_shared.federation.address import parse_address


def check_server(server: str, ca: Path, timeout: float = 5.0) -> None:
    """Make one TLS connection to `server` that must carry a certificate signed by the authority in `ca`.

    Raises ServerUnreachable, UntrustedServer, or UsageError where `ca` cannot be read.
    """
    host, port = parse_address(server)
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
            f"the server at {server} shows a certificate that {ca} does not vouch for ({error.verify_message}); ask "
            "the operator for the right ca.crt. If this machine's clock is wrong, set it and try again"
        ) from error
    except ssl.SSLError as error:
        raise UntrustedServer(f"what answers at {server} does not speak TLS; check the address") from error
    except OSError as error:
        raise ServerUnreachable(
            f"nothing answers at {server} ({error.strerror or error}); check the address and that it runs"
        ) from error
