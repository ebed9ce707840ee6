"""The dashboard as it runs: the server's own uvicorn on a port of loopback, in a thread."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Protocol

import httpx

from vsr_server.dashboard.app import create_admin_app
from vsr_server.dashboard.tokens import ADMIN, token
from vsr_server.database import Database
from vsr_server.server_folder import ServerFolder
from vsr_server.web.serving import Door, admin_server, bound


class Served(Protocol):
    """A server that has a dashboard."""

    database: Database
    folder: ServerFolder


@dataclass
class RunningDashboard:
    """A dashboard that answers."""

    server: Served
    port: int

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def bearer(self) -> dict[str, str]:
        """The operator's header."""
        return {"Authorization": f"Bearer {token(self.server.folder.root, ADMIN)}"}

    def client(self, headers: dict[str, str] | None = None, address: str = "127.0.0.1") -> httpx.Client:
        """Return a client without any right, that calls from `address`."""
        way = httpx.HTTPTransport(local_address=address)
        return httpx.Client(base_url=self.url, headers=headers, transport=way, timeout=20, trust_env=False)

    def script(self) -> httpx.Client:
        """Return a client with the operator's token."""
        return self.client(self.bearer)

    def link(self) -> str:
        """Return a one-time link."""
        with self.script() as script:
            return str(script.post("/api/links").json()["link"])


@contextmanager
def running_dashboard(server: Served, smallest: int = 3) -> Iterator[RunningDashboard]:
    """Serve the dashboard of `server` while the block runs."""
    socket = bound(Door("127.0.0.1", 0))
    port = socket.getsockname()[1]
    serving = admin_server(create_admin_app(server.database, server.folder.root, port=port, smallest=smallest))
    thread = Thread(target=serving.run, args=([socket],), daemon=True)
    thread.start()
    while not serving.started:
        time.sleep(0.01)
    try:
        yield RunningDashboard(server, port)
    finally:
        serving.should_exit = True
        thread.join(10)
        socket.close()
