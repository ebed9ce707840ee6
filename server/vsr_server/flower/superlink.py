"""Flower's SuperLink as a child process: TLS, authenticated nodes, loopback, and no code of anybody's.

`--isolation process` means that the SuperLink starts nothing itself: a run waits until somebody who holds the
runtime's secret takes its task. That is our coordinator alone; a run that a stranger submits is never executed.
"""

import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import httpx

from vsr_server.enrolment.certificates import CertificateFiles
from vsr_server.flower import flower_internals as flower
from vsr_server.flower.superlink_options import superlink_options
from vsr_shared.errors import FederationError

_START_SECONDS: Final = 180.0
_STOP_SECONDS: Final = 8.0
_PORT_SECONDS: Final = 8.0


class SuperLink:
    """A running SuperLink at `address` (host:port), whose tasks `secret` may take."""

    def __init__(self, folder: Path, certificates: CertificateFiles, port: int) -> None:
        """Start a SuperLink on `port` of 127.0.0.1 that keeps its database and its log in `folder`.

        Raises FederationError where it does not come up.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.address = f"127.0.0.1:{port}"
        self.authority = certificates.authority.read_bytes()
        self.secret = secrets.token_bytes(32)
        secret_file = folder / "runtime.secret"
        secret_file.unlink(missing_ok=True)
        with os.fdopen(os.open(secret_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(self.secret)
        self._log = folder / "superlink.log"
        command = [sys.executable, "-m", "vsr_server.flower.superlink_process"]
        command += superlink_options("127.0.0.1", port, certificates, folder, secret_file)
        _wait_for_port(port)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=flower.child_environment(folder),
                # Ctrl-C in a terminal goes to the whole group; the SuperLink must end after the coordinator.
                start_new_session=True,
            )
        try:
            self._wait_until_up()
        except BaseException:
            self.stop()
            raise

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the process, and kill it if that takes too long."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if not self.running:
                break
            try:
                with flower.control_client(self.address, self.authority) as control:
                    control.ListNodes(flower.ListNodesRequest())
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        lines = [line for line in self._log.read_text(errors="replace").splitlines() if line.strip()]
        said = lines[-1].strip() if lines else "it said nothing"
        raise FederationError(f"Flower's SuperLink did not come up ({said}); its log is {self._log}")


def free_port() -> int:
    """Return a port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_port(port: int) -> None:
    deadline = time.monotonic() + _PORT_SECONDS
    while True:
        with socket.socket() as probe:
            # As the SuperLink itself does, or connections of a former self would keep the port for a minute.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return
            except OSError as error:
                # The SuperLink of a server that was killed a moment ago is still on its way out.
                if time.monotonic() > deadline:
                    raise FederationError(
                        f"port {port} is taken ({error.strerror}); choose another with --port"
                    ) from error
        time.sleep(0.2)
