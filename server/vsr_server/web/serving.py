"""One process, two ports: the public one by TLS, for people's machines, and the operator's own, on loopback."""

import asyncio
import contextlib
import logging
import resource
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from vsr_server.web.limits import PublicLimits
from vsr_server.web.patient_connections import patient_protocol
from vsr_server.web.trusted_proxies import TrustedProxies
from vsr_shared.errors import FederationError

_GRACE_SECONDS: Final = 3


@dataclass(frozen=True)
class Door:
    """Where one of the two ports is; port 0 takes a free one."""

    host: str
    port: int


@dataclass(frozen=True)
class Certificate:
    """What the public port shows."""

    chain: Path
    key: Path


class _Server(uvicorn.Server):
    """uvicorn that leaves signals to whoever runs it beside another."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bound(door: Door) -> socket.socket:
    """Return a socket that listens at `door`; FederationError where that cannot be had."""
    family = socket.AF_INET6 if ":" in door.host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((door.host, door.port))
        found.listen(1024)
    except OSError as error:
        found.close()
        reason = error.strerror or error
        raise FederationError(f"cannot listen on {door.host}:{door.port} ({reason}); choose another port") from error
    return found


def public_server(
    app: ASGIApp, certificate: Certificate, limits: PublicLimits, trusted: TrustedProxies
) -> uvicorn.Server:
    """Return the public port's server; its log holds no addresses and no requests."""
    return _Server(
        uvicorn.Config(
            app,
            http=patient_protocol(limits, trusted),
            ws="none",
            lifespan="on",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=bool(trusted.names),
            forwarded_allow_ips=trusted.names,
            limit_concurrency=limits.connections,
            h11_max_incomplete_event_size=limits.header_bytes,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            ssl_certfile=certificate.chain,
            ssl_keyfile=str(certificate.key),
        )
    )


def admin_server(app: ASGIApp) -> uvicorn.Server:
    """Return the server of the operator's port."""
    return _Server(
        uvicorn.Config(
            app,
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=64,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )


def serve_both(
    public: tuple[uvicorn.Server, socket.socket],
    admin: tuple[uvicorn.Server, socket.socket],
    handshake_seconds: float,
) -> None:
    """Serve until SIGTERM or SIGINT, or until one of the two ends; then both have ended."""
    # Requests that make no sense and connections that break are everyday, and nobody's business.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    _allow_open_files(2 * PublicLimits.connections)
    asyncio.run(_serve([public, admin], handshake_seconds))


def _allow_open_files(wanted: int) -> None:
    """Raise this process's limit of open files towards `wanted`, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


async def _serve(pairs: list[tuple[uvicorn.Server, socket.socket]], handshake_seconds: float) -> None:
    def end() -> None:
        for server, _ in pairs:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    _end_long_handshakes(loop, handshake_seconds)
    for kind in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(kind, end)

    async def until_end(server: uvicorn.Server, listening: socket.socket) -> None:
        try:
            await server.serve([listening])
        finally:
            end()

    await asyncio.gather(*(until_end(server, listening) for server, listening in pairs))


def _end_long_handshakes(loop: asyncio.AbstractEventLoop, seconds: float) -> None:
    """Give every TLS server of `loop` this limit: uvicorn passes none on, and asyncio's own is a minute.

    No other bound sees a connection before its handshake is done.
    """
    listen: Any = loop.create_server

    def patient(*given: Any, **named: Any) -> Any:
        limit = {"ssl_handshake_timeout": seconds} if named.get("ssl") else {}
        return listen(*given, **named, **limit)

    vars(loop)["create_server"] = patient
