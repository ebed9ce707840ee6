"""Starting the app: a socket on loopback, one app a data folder, a link that opens it, and a clean end."""

import os
import signal
import socket
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Final

import uvicorn

from vsr_client.app.access import Access
from vsr_client.app.instance import Running, announce, claimed, running
from vsr_client.app.runtime import Options, Runtime
from vsr_client.store.files import write_whole
from vsr_shared.errors import StoreError, UsageError

LOOPBACK: Final = {"127.0.0.1": ("127.0.0.1",), "::1": ("::1",), "localhost": ("127.0.0.1", "::1")}
"""Addresses that only this machine reaches; nothing else is ever listened on."""
_GRACE_SECONDS = 3
"""How long answers under way may take once the app was asked to end."""


@dataclass(frozen=True)
class Listening:
    """Where the app is to listen, and how it is opened."""

    host: str = "127.0.0.1"
    port: int = 0
    browser: bool = True


class _Server(uvicorn.Server):
    """uvicorn that ends cleanly, with exit code 0, when the system or the person asks."""

    def __init__(self, config: uvicorn.Config, on_end: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_end = on_end

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn's own raises the signal again afterwards, which would end the process before it cleaned up.
        before = {kind: signal.signal(kind, self.handle_exit) for kind in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for kind, handler in before.items():
                signal.signal(kind, handler)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_end()  # streams that never end by themselves would hold uvicorn up
        await super().shutdown(sockets)


def serve(options: Options, listening: Listening, say: Callable[[str], None]) -> None:
    """Run the app until it is asked to end; where one runs already, open that one.

    UsageError where `listening` is beyond loopback or its port is taken, StoreError where the folder cannot be used.
    """
    addresses = _loopback(listening.host)
    with ExitStack() as stack:
        if not stack.enter_context(claimed(options.data_dir)):
            _open(_link_of(running(options.data_dir)), listening.browser, say)
            return
        folder, port = options.data_dir, listening.port
        sockets = _bound(addresses, port) if port else _bound_as_before(addresses, folder)
        for one in sockets:
            stack.enter_context(one)
        port = sockets[0].getsockname()[1]
        shown = "[::1]" if addresses == ("::1",) else addresses[0]
        access = Access(port, f"http://{shown}:{port}")
        runtime = Runtime(options)
        server = _server(runtime, access)
        announce(options.data_dir, Running(access.base_url, access.bearer, os.getpid()))
        # The sockets queue whoever comes before the server answers.
        link = access.new_link()
        Thread(target=_open, args=(link, listening.browser, say), name="browser", daemon=True).start()
        server.run(sockets)
    say("ended")


def _server(runtime: Runtime, access: Access) -> _Server:
    from vsr_client.app.application import guarded

    config = uvicorn.Config(
        guarded(runtime, access),
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return _Server(config, runtime.close)


def _loopback(host: str) -> tuple[str, ...]:
    if host.strip("[]").lower() not in LOOPBACK:
        names = ", ".join(LOOPBACK)
        raise UsageError(f"VSR never listens on {host}: your voice is for this machine alone; --host may be {names}")
    return LOOPBACK[host.strip("[]").lower()]


def _bound_as_before(addresses: tuple[str, ...], folder: Path) -> list[socket.socket]:
    """Return sockets on the port of the last start, on a free one where that is taken.

    Browsers remember for an address with its port that the microphone is allowed, and which one was chosen.
    """
    record = folder / "port"
    try:
        sockets = _bound(addresses, int(record.read_text()))
    except (OSError, ValueError, OverflowError, UsageError):
        sockets = _bound(addresses, 0)
    write_whole(record, str(sockets[0].getsockname()[1]).encode())
    return sockets


def _bound(addresses: tuple[str, ...], port: int) -> list[socket.socket]:
    """Return sockets bound to `port` (0: a free one) of each of `addresses` that this machine has."""
    sockets: list[socket.socket] = []
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        one = socket.socket(family, socket.SOCK_STREAM)
        try:
            if sys.platform != "win32":  # there it would let a stranger share the port
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind((address, port))
            one.listen(128)
        except OSError as error:
            one.close()
            if sockets:  # one loopback is enough where the other is switched off
                continue
            raise UsageError(
                f"port {port} of {address} cannot be had ({error.strerror}); choose another with --port, or none"
            ) from error
        sockets.append(one)
        port = one.getsockname()[1]
    return sockets


def _link_of(app: Running) -> str:
    """Ask the running app for one more link."""
    import httpx

    try:
        answer = httpx.post(
            f"{app.url}/api/links", headers={"Authorization": f"Bearer {app.token}"}, timeout=10, trust_env=False
        )
        return str(answer.raise_for_status().json()["link"])
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise StoreError(f"VSR runs already (process {app.pid}) and does not answer; end it and start again") from error


def _open(link: str, browser: bool, say: Callable[[str], None]) -> None:
    say(f"open {link}")
    # Other users may read the browser's command line; what lets them in is not the link alone (see `peer`).
    # A browser in the terminal would take it over, and end VSR with itself.
    if browser and (sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        webbrowser.open(link)
