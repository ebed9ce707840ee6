"""The server app beside the rounds: its certificate, its address, and its process, for as long as rounds run."""

import ipaddress
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vsr_server.enrolment.certificates import LOOPBACK, make_certificates
from vsr_server.server_folder import ServerFolder
from vsr_server.web.app_process import AppProcess, PublicPortUp
from vsr_server.web.tls_answer import check_answers
from vsr_shared.errors import FederationError, UsageError
from vsr_shared.federation.events import Event


@dataclass(frozen=True)
class OpenPorts:
    """Where the server is reached. UsageError where it would be reached under a name that nobody was told."""

    host: str
    """Address of the public port."""
    port: int
    names: tuple[str, ...]
    """What people call the server; the first goes into invitations."""
    admin: int
    superlink: int

    def __post_init__(self) -> None:
        if not self.names and _everywhere(self.host):
            raise UsageError(
                f"--host {self.host} is every address of this machine; say what people call it, with --name"
            )

    @property
    def certified(self) -> tuple[str, ...]:
        """Names and addresses that the certificate vouches for."""
        own = () if _everywhere(self.host) else (self.host,)
        return tuple(dict.fromkeys((*LOOPBACK, *own, *self.names)))

    @property
    def address(self) -> str:
        """Where people's machines come to, host:port."""
        called = self.names[0] if self.names else self.host
        return f"[{called}]:{self.port}" if ":" in called else f"{called}:{self.port}"


@contextmanager
def app_running(
    data_dir: Path, ports: OpenPorts, options: Sequence[str], show: Callable[[Event], None]
) -> Iterator[None]:
    """Run the server app with `options` while the block runs; FederationError where it does not come up."""
    folder = ServerFolder(data_dir)
    with folder.held():
        # A second server on this folder must not change the first one's certificate and address before it is refused.
        pass
    files = make_certificates(folder.certificates, datetime.now(UTC), ports.certified)
    given = ["--data-dir", str(data_dir), "--superlink", f"127.0.0.1:{ports.superlink}"]
    given += ["--host", ports.host, "--port", str(ports.port), "--admin-port", str(ports.admin)]
    given += ["--address", ports.address, *options]
    reached = f"{_reached_by(ports.host)}:{ports.port}"

    def answers() -> bool:
        try:
            check_answers(reached, files.authority)
        except FederationError:
            return False
        return True

    tell = folder.recorded(show)
    app = AppProcess(given, answers, tell)
    try:
        tell(PublicPortUp(ports.address, f"http://127.0.0.1:{ports.admin}"))
        yield
    finally:
        app.stop()


def _reached_by(host: str) -> str:
    """Return the address by which this machine itself reaches what listens at `host`."""
    if _everywhere(host):
        return "[::1]" if ":" in host else "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _everywhere(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False
