"""A SuperLink of one's own for one app's run, in simulation mode on loopback, ended with all that it started."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vsr_server.flower.superlink import free_port
from vsr_shared.errors import VsrError
from vsr_shared.federation.flower_release import QUIET

OUR_PROGRAMS: Final = Path(sys.executable).parent
_GRACE_SECONDS: Final = 20.0
_TRIES: Final = 60
_NAME: Final = "simulation"


@dataclass(frozen=True)
class SimulationLink:
    """A running SuperLink."""

    folder: Path
    environment: Mapping[str, str]
    programs: Path

    def submit(self, app: Path, nodes: int, cores: int) -> None:
        """Start the app in folder `app` with so many nodes, on so many actors of one core; VsrError where refused."""
        shape = f"num-supernodes={nodes} client-resources-num-cpus=1 init-args-num-cpus={cores}"
        if self.environment.get("RAY_ADDRESS"):
            shape = f"num-supernodes={nodes} client-resources-num-cpus=1"
        said = ""
        for _ in range(_TRIES):
            done = self._flwr("run", app, _NAME, "--federation-config", shape)
            if done.returncode == 0:
                return
            said = done.stdout + done.stderr
            time.sleep(1)
        raise VsrError(f"Flower does not take the app: {said.strip()[-500:]}; its log is in {self.folder}")

    def ended(self) -> bool:
        """Return whether the run is over, well or not."""
        done = self._flwr("list", _NAME, "--format", "json")
        try:
            runs: list[dict[str, Any]] = json.loads(done.stdout)["runs"]
        except (ValueError, KeyError):
            return False
        return bool(runs) and all(str(run.get("status", "")).startswith("finished") for run in runs)

    def _flwr(self, *words: object) -> "subprocess.CompletedProcess[str]":
        command = [str(self.programs / "flwr"), *map(str, words)]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)


@contextmanager
def simulation_link(folder: Path, programs: Path = OUR_PROGRAMS) -> Iterator[SimulationLink]:
    """Run a SuperLink while the block lasts, its log and Flower's own folder in `folder`.

    `programs` is the folder of the environment's programs, which has Flower and ray.
    """
    port, home = free_port(), folder / "flwr"
    home.mkdir(parents=True, exist_ok=True)
    connection = f'[superlink.{_NAME}]\naddress = "127.0.0.1:{port}"\ninsecure = true\n'
    (home / "config.toml").write_text(f'[superlink]\ndefault = "{_NAME}"\n{connection}')
    path = os.pathsep.join([str(programs), os.environ.get("PATH", "")])
    environment = {**os.environ, **QUIET, "RAY_USAGE_STATS_ENABLED": "0", "PATH": path, "FLWR_HOME": str(home)}
    command = [str(programs / "flower-superlink"), "--insecure", "--simulation", "--isolation", "subprocess"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--disable-runtime-dependency-installation"]
    with (folder / "superlink.log").open("ab") as log:
        # A session of its own: what it starts ends with it, Ray's processes too.
        link = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
        try:
            yield SimulationLink(folder, environment, programs)
        finally:
            _end(link)


def _end(link: "subprocess.Popen[bytes]") -> None:
    for how, seconds in ((signal.SIGTERM, _GRACE_SECONDS), (signal.SIGKILL, _GRACE_SECONDS)):
        with suppress(ProcessLookupError):
            os.killpg(link.pid, how)
        with suppress(subprocess.TimeoutExpired):
            link.wait(seconds)
        deadline = time.monotonic() + seconds
        while _any_left(link.pid) and time.monotonic() < deadline:
            time.sleep(0.1)


def _any_left(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
