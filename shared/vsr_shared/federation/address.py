"""A server's address as people write it: `host:port`."""

from vsr_shared.errors import UsageError


def parse_address(server: str) -> tuple[str, int]:
    """Return host and port of `server`, written `host:port`; UsageError where it is not."""
    host, _, port = server.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65_535 or "/" in host:
        raise UsageError(f"the server's address is written host:port, for example 127.0.0.1:9443, not {server!r}")
    return host.strip("[]"), int(port)
