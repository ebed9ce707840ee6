"""Flower's SuperNode as a child process: started, watched by its log, and ended without a trace."""

import os
import re
import secrets
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

from vsr_client import flower_internals as flower
from vsr_shared.errors import FederationError, ServerUnreachable, UntrustedServer

_NODE_ID: Final = re.compile(r"SuperNode ID: (\d+)")
_STOP_SECONDS: Final = 8.0
_ACTIVATION_FAILED: Final = "Failed to activate SuperNode"


class NotActivated(FederationError):
    """The server does not let this key in: it does not know it, or believes that it is still connected."""


class SuperNode:
    """A running SuperNode. `address` and `secret` are how the agent reaches its runtime."""

    def __init__(self, server: str, ca: Path, key: Path, home: Path, poll_seconds: float) -> None:
        """Start a SuperNode for `server` that keeps its log and its secret in `home`."""
        home.mkdir(parents=True, exist_ok=True)
        self.secret = secrets.token_bytes(32)
        secret_file = home / "runtime.secret"
        secret_file.unlink(missing_ok=True)
        with os.fdopen(os.open(secret_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(self.secret)
        port = _free_port()
        self.address = f"127.0.0.1:{port}"
        self._log = home / "supernode.log"
        command = [sys.executable, "-m", "vsr_client.supernode_process", str(poll_seconds)]
        command += ["--superlink", server, "--root-certificates", str(ca)]
        command += ["--auth-supernode-private-key", str(key)]
        command += ["--isolation", "process", "--host", "127.0.0.1", "--port", str(port)]
        command += ["--superexec-auth-secret-file", str(secret_file)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=flower.child_environment(home),
                # Ctrl-C in a terminal goes to the whole group; the SuperNode must end after us, signing off.
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process.poll() is None

    def node_id(self) -> int | None:
        """The number under which the server knows this node, None until it has let it in."""
        found = _NODE_ID.search(self._read_log())
        return int(found.group(1)) if found else None

    def why_it_ended(self) -> FederationError:
        """Return what the log of an ended SuperNode amounts to."""
        log = self._read_log()
        if _ACTIVATION_FAILED in log:
            return NotActivated("the server does not let this machine's key in")
        if "CERTIFICATE_VERIFY_FAILED" in log:
            return UntrustedServer("the server's certificate is not signed by the authority you trust")
        if "Connection refused" in log or "timed out" in log:
            return ServerUnreachable("the server stopped answering")
        last = next((line for line in reversed(log.splitlines()) if line.strip()), "it said nothing")
        return FederationError(f"Flower's SuperNode ended ({last.strip()}); its log is {self._log}")

    def stop(self) -> None:
        """End the process: it signs off from the server first, and is killed if that takes too long."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read_log(self) -> str:
        return self._log.read_text(errors="replace")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
