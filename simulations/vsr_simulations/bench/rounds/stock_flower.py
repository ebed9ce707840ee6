"""Rounds of Flower's own FedAvg in a deployment on loopback: stock SuperLink, SuperNodes, apps and strategy."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

from vsr_server.enrolment.certificates import make_certificates
from vsr_server.flower.superlink import free_port
from vsr_shared.errors import VsrError
from vsr_shared.federation.flower_release import QUIET
from vsr_simulations.bench.rounds.children import child

_BIN: Final = Path(sys.executable).parent
_LONGEST_SECONDS: Final = 600.0
_PROJECT: Final = """\
[project]
name = "measured"
version = "1.0.0"
[tool.flwr.app]
publisher = "vsr"
[tool.flwr.app.components]
serverapp = "measured.server_app:app"
clientapp = "measured.client_app:app"
[tool.flwr.app.config]
"""
_CLIENT: Final = """\
import numpy as np
from flwr.app import Array, ArrayRecord, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
app = ClientApp()
@app.train()
def train(message, context):
    arrays = message.content["arrays"].to_numpy_ndarrays()
    changed = ArrayRecord([array + np.float32(1e-3) for array in arrays])
    return Message(RecordDict({"arrays": changed, "metrics": MetricRecord({"num-examples": 1})}), reply_to=message)
"""
_SERVER: Final = """\
import json, pathlib, time
import numpy as np
from flwr.app import ArrayRecord
from flwr.serverapp import ServerApp
from flwr.serverapp.strategy import FedAvg
app = ServerApp()
ends = []
@app.main()
def main(grid, context):
    strategy = FedAvg(fraction_train=1.0, fraction_evaluate=0.0, min_train_nodes=NODES, min_available_nodes=NODES)
    start = ArrayRecord([np.zeros(NUMBERS, np.float32)])
    strategy.start(grid, start, num_rounds=ROUNDS, evaluate_fn=lambda number, arrays: ends.append(time.monotonic()))
    file = pathlib.Path(FOLDER, "ends.json")
    file.with_suffix(".new").write_text(json.dumps(ends))
    file.with_suffix(".new").rename(file)
"""


def flower_rounds(folder: Path, numbers: int, machines: int, rounds: int) -> list[float]:
    """Return the seconds from each round's end to the next's, of `rounds` and one to begin with.

    `folder` is empty. Raises VsrError where the rounds do not come to an end.
    """
    _write_app(folder, {"NODES": machines, "NUMBERS": numbers, "ROUNDS": rounds + 1, "FOLDER": repr(str(folder))})
    files = make_certificates(folder / "certificates", datetime.now(UTC))
    # Flower's own processes start others by name; nobody need have activated the environment.
    path = os.pathsep.join([str(_BIN), os.environ.get("PATH", "")])
    own = {**os.environ, **QUIET, "PATH": path, "FLWR_HOME": str(folder)}
    port = free_port()
    link: list[object] = [_BIN / "flower-superlink", "--host", "127.0.0.1", "--port", port]
    link += ["--ssl-ca-certfile", files.authority, "--ssl-certfile", files.certificate, "--ssl-keyfile", files.key]
    link += ["--disable-runtime-dependency-installation"]
    node: list[object] = [_BIN / "flower-supernode", "--superlink", f"127.0.0.1:{port}"]
    node += ["--root-certificates", files.authority]
    with ExitStack() as stack:
        stack.enter_context(child(link, folder / "superlink.log", own))
        _submit(folder, f"127.0.0.1:{port}", files.authority, own)
        for number in range(machines):
            log = folder / f"supernode-{number}.log"
            stack.enter_context(child([*node, "--port", free_port()], log, own))
        ends = _wait_for(folder / "ends.json")
    # The first entry is from before the first round, which is left out on both sides: machines come only then.
    return [after - before for before, after in pairwise(ends[1:])]


def _write_app(folder: Path, values: Mapping[str, object]) -> None:
    package = folder / "app" / "measured"
    package.mkdir(parents=True)
    code = _SERVER
    for name, value in values.items():
        code = code.replace(name, str(value))
    (package.parent / "pyproject.toml").write_text(_PROJECT)
    (package / "__init__.py").touch()
    (package / "client_app.py").write_text(_CLIENT)
    (package / "server_app.py").write_text(code)


def _submit(folder: Path, address: str, authority: Path, environment: Mapping[str, str]) -> None:
    connection = f'address = "{address}"\nroot-certificates = "{authority}"\n'
    (folder / "config.toml").write_text(f'[superlink]\ndefault = "it"\n[superlink.it]\n{connection}')
    said = ""
    for _ in range(30):
        command = [str(_BIN / "flwr"), "run", str(folder / "app")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        said = done.stdout + done.stderr
        time.sleep(1)
    raise VsrError(f"Flower does not take the app: {said.strip()[-500:]}")


def _wait_for(file: Path) -> list[float]:
    deadline = time.monotonic() + _LONGEST_SECONDS
    while not file.exists():
        if time.monotonic() > deadline:
            raise VsrError(f"Flower's rounds did not end within {_LONGEST_SECONDS:g} s; its logs are in {file.parent}")
        time.sleep(0.2)
    return [float(end) for end in json.loads(file.read_text())]
