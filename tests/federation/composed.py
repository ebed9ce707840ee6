"""The services of docker-compose.yml as processes of this machine: their commands, their environment, their files.

Only what containers bring is put in its place: names of services become ports of 127.0.0.1, /run/secrets and the
volumes become folders.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.federation.conftest import free_port
from tests.federation.deployment import REPOSITORY, Running
from tests.federation.nginx import Nginx

Service = Mapping[str, Any]


def read_compose(environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return docker-compose.yml with its variables replaced by `environment` or their defaults."""

    def value(match: re.Match[str]) -> str:
        return (environment or {}).get(match[1], match[2] or "")

    text = (REPOSITORY / "docker-compose.yml").read_text()
    found: dict[str, Any] = yaml.safe_load(re.sub(r"(?<!\$)\$\{(\w+)(?::-([^}]*))?\}", value, text))
    return found


class Composed:
    """A deployment whose processes are those of docker-compose.yml."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.secrets = folder / "secrets"
        self.compose = read_compose(environment)
        self.ports = {name: free_port() for name in ("superlink:9093", "app:9443", "app:9444", "nginx:9443")}
        self._running: list[Running | Nginx] = []

    @property
    def server_data(self) -> Path:
        """The volume that the app and the coordinator share."""
        return self.folder / "server"

    @property
    def door(self) -> str:
        """Where people's machines come to."""
        return f"127.0.0.1:{self.ports['nginx:9443']}"

    def run(self, name: str, *more: str) -> Running:
        """Start the service `name` with its own command and environment, and with `more`."""
        service = self.compose["services"][name]
        environment = {key: self._here(str(value), name) for key, value in service.get("environment", {}).items()}
        (data,) = [volume.partition(":")[0] for volume in service["volumes"]]
        environment["VSR_SERVER_DATA_DIR"] = str(self.folder / data)
        command: list[object] = [self._here(part, name) for part in service["command"]]
        started = Running("vsr_server.cli", [*command, *more], self.folder / f"{name}.out", environment)
        self._running.append(started)
        return started

    def nginx(self) -> None:
        """Start the reverse proxy with its own environment."""
        given = self.compose["services"]["nginx"]["environment"]
        settings = {key: self._here(str(value), "nginx") for key, value in given.items() if key != "VSR_NGINX_FOLDER"}
        others = {"VSR_NGINX_ADMIN_PORT": free_port(), "VSR_NGINX_HEALTH_PORT": free_port()}
        ours = {"VSR_NGINX_PORT": self.ports["nginx:9443"], **others}
        self._running.append(Nginx(self.folder / "nginx", {**settings, **ours}))

    def keep(self, running: Running) -> Running:
        """End `running` with the rest."""
        self._running.append(running)
        return running

    def close(self) -> None:
        """End every process: all are asked, then waited for."""
        for running in self._running:
            running.process.terminate()
        for running in reversed(self._running):
            running.stop()

    def _here(self, text: str, service: str) -> str:
        for place, port in self.ports.items():
            host, _, inside = place.partition(":")
            text = text.replace(place, f"127.0.0.1:{port}")
            if host == service:
                text = re.sub(rf"(port=){inside}$", rf"\g<1>{port}", text)
        text = text.replace("/run/secrets", str(self.secrets)).replace("172.30.93.3", "127.0.0.1")
        return text.replace("=0.0.0.0", "=127.0.0.1")
