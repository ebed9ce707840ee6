"""An app bundle that leaves a marker wherever its code is so much as imported, and Flower's own way to submit it."""

import os
import subprocess
import sys
from pathlib import Path

from vsr_shared.federation.flower_release import QUIET

BIN = Path(sys.executable).parent
PROJECT = """\
[project]
name = "hostile"
version = "1.0.0"
[tool.flwr.app]
publisher = "stranger"
[tool.flwr.app.components]
serverapp = "hostile.server_app:app"
clientapp = "hostile.client_app:app"
[tool.flwr.app.config]
"""
CLIENT = """\
import os, pathlib
from flwr.app import Message, RecordDict
from flwr.clientapp import ClientApp
pathlib.Path({folder!r}, "ran-on-" + os.environ["WHOSE_MACHINE"]).touch()
app = ClientApp()
@app.train()
def train(message, context):
    return Message(RecordDict(), reply_to=message)
"""
SERVER = """\
import json, pathlib, time
from flwr.app import ConfigRecord, Message, RecordDict
from flwr.serverapp import ServerApp
app = ServerApp()
@app.main()
def main(grid, context):
    while len(nodes := list(grid.get_node_ids())) < 2:
        time.sleep(0.2)
    said = []
    for turn in range(2):
        content = RecordDict({{"please": ConfigRecord({{"run": "rm -rf ~"}})}})
        replies = grid.send_and_receive([Message(content, node, "train") for node in nodes], timeout=60)
        said.append([reply.error.reason if reply.has_error() else "ran" for reply in replies])
    pathlib.Path({folder!r}, "replies.json").write_text(json.dumps(said))
"""


class HostileApp:
    """The bundle in `folder`, which is also where its markers appear."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        package = folder / "app" / "hostile"
        package.mkdir(parents=True)
        (package.parent / "pyproject.toml").write_text(PROJECT)
        (package / "__init__.py").touch()
        (package / "client_app.py").write_text(CLIENT.format(folder=str(folder)))
        (package / "server_app.py").write_text(SERVER.format(folder=str(folder)))
        # Flower's own processes start others by name; nobody need have activated the environment.
        path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
        self.environment = {**os.environ, **QUIET, "PATH": path, "FLWR_HOME": str(folder), "WHOSE_MACHINE": "server"}
        self.replies = folder / "replies.json"

    def markers(self) -> set[str]:
        """On whose machines its code ran."""
        return {path.name.removeprefix("ran-on-") for path in self.folder.glob("ran-on-*")}

    def submit(self, address: str, authority: Path) -> None:
        """Submit the bundle to the SuperLink at `address` with `flwr run`."""
        connection = f'address = "{address}"\nroot-certificates = "{authority}"\n'
        (self.folder / "config.toml").write_text(f'[superlink]\ndefault = "it"\n[superlink.it]\n{connection}')
        command = [str(BIN / "flwr"), "run", str(self.folder / "app")]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
