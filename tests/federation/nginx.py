"""nginx with the configuration file that docker compose uses, as a process of this machine."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

TEMPLATE = Path(__file__).parents[2] / "deployment" / "nginx" / "nginx.conf.template"


def nginx_or_skip() -> str:
    """Return nginx's path; without one the test is left out, or fails where VSR_NGINX_TESTS=required."""
    found = shutil.which("nginx") or next((path for path in ("/usr/sbin/nginx",) if os.access(path, os.X_OK)), None)
    if found is None:
        assert os.environ.get("VSR_NGINX_TESTS") != "required", "VSR_NGINX_TESTS=required, and there is no nginx"
        pytest.skip("no nginx here; install nginx-light for the tests of the reverse proxy")
    return found


class Nginx:
    """A running nginx; `settings` are what docker-compose.yml gives it as environment."""

    def __init__(self, folder: Path, settings: Mapping[str, object]) -> None:
        folder.mkdir()
        known = {name: str(value) for name, value in settings.items()} | {"VSR_NGINX_FOLDER": str(folder)}
        # As envsubst in nginx's image does: names that are not set stay.
        written = re.sub(r"\$\{(VSR_\w+)\}", lambda match: known[match[1]], TEMPLATE.read_text())
        self.file = folder / "nginx.conf"
        self.file.write_text(written)
        self._errors = (folder / "errors").open("wb")
        # Started by root its workers would be somebody else, who may not enter this folder.
        also = " user root;" if os.getuid() == 0 else ""
        command = [nginx_or_skip(), "-e", "stderr", "-c", str(self.file), "-g", f"daemon off;{also}"]
        self.process = subprocess.Popen(command, stderr=self._errors)
        self._wait(int(known["VSR_NGINX_HEALTH_PORT"]), folder / "errors")

    def _wait(self, port: int, errors: Path) -> None:
        for _ in range(100):
            assert self.process.poll() is None, errors.read_text()
            try:
                assert httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).status_code == 204
                return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError(f"nginx did not come up: {errors.read_text()}")

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(20)
        self._errors.close()
