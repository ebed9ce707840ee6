"""A SuperLink of one's own for one app's run, in simulation mode on loopback, ended with all that it started."""

import json
import os
import signal
import socket
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
_START_SECONDS: Final = 300.0
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
        done = self._flwr("run", app, _NAME, "--federation-config", shape)
        if done.returncode:
            said = (done.stdout + done.stderr).strip()[-500:]
            raise VsrError(f"Flower does not take the app: {said}; its log is in {self.folder}")

    def ended(self) -> bool:
        """Return whether the run is over, well or not."""
        runs = self._runs()
        return bool(runs) and all(str(run.get("status", "")).startswith("finished") for run in runs)

    def keep_log(self) -> None:
        """Put what the run's own process said into `run.log`."""
        for run in self._runs():
            done = self._flwr("log", run["run-id"], _NAME, "--show")
            (self.folder / "run.log").write_text(done.stdout + done.stderr)

    def _runs(self) -> list[dict[str, Any]]:
        try:
            runs: list[dict[str, Any]] = json.loads(self._flwr("list", _NAME, "--format", "json").stdout)["runs"]
        except (ValueError, KeyError):
            return []
        return runs

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
        link = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            _wait_for(link, port, folder)
            yield SimulationLink(folder, environment, programs)
        finally:
            _end(link)


def _wait_for(link: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while link.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise VsrError(f"Flower's SuperLink does not answer; its log is in {folder}")


def _end(link: "subprocess.Popen[bytes]") -> None:
    """Ask the SuperLink to end, and make all end that it and its own children started and that is still there."""
    beneath = _beneath(link.pid)
    link.terminate()
    try:
        link.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        link.kill()
        link.wait()
    for one, began in beneath.items():
        if _began(one) == began:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGTERM)


def _beneath(root: int) -> dict[int, str]:
    """Return the processes beneath one, by when each began: Linux has them in /proc (proc(5)), others show none."""
    parents = {int(folder.name): _stat(int(folder.name))[1:2] for folder in Path("/proc").glob("[0-9]*")}
    found = {root}
    while more := {one for one, parent in parents.items() if parent and int(parent[0]) in found} - found:
        found |= more
    return {one: _began(one) for one in found - {root}}


def _began(process: int) -> str:
    return "".join(_stat(process)[19:20])


def _stat(process: int) -> list[str]:
    """Return a process' fields from the third on; none where it is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
