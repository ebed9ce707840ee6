"""`vsr` as a person starts it, on a data folder of its own."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

PASSPHRASE = "a walk along the river"
LINK = re.compile(r"http://127\.0\.0\.1:\d+/enter\?token=\S+")
START_SECONDS = 90


@dataclass
class RunningApp:
    """A running app: its address, data folder, and what scripts need to speak to it."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    log: Path
    link: str
    token: str

    @property
    def url(self) -> str:
        """Address without a slash at its end: http://127.0.0.1:PORT."""
        return self.link.split("/enter", 1)[0]

    def new_link(self) -> str:
        """Return another one-time link, as a second `vsr` prints it."""
        done = subprocess.run(
            [*vsr(), "--no-browser", "--data-dir", str(self.folder)],
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
            env=environment(),
        )
        return LINK.findall(done.stdout + done.stderr)[0]

    def call(self, method: str, path: str, body: object = None, data: bytes | None = None) -> Any:
        """Call the API as a script does; return its JSON."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.request(method, self.url + path, json=body, content=data, headers=headers, timeout=120)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def upload(self, file: Path) -> Any:
        """Give the app a recording; return what it says of it."""
        return self.call("POST", f"/api/recordings?name={file.name}", data=file.read_bytes())

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it as a person does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


def start_app(folder: Path, passphrase: str | None = PASSPHRASE) -> RunningApp:
    """Start the app on `folder` and return it once it prints its link; without `passphrase` it starts locked."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    log = folder.parent / f"{folder.name}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*vsr(), "--no-browser", "--data-dir", str(folder)],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=environment(passphrase),
        )
    deadline = time.monotonic() + START_SECONDS
    while not (links := LINK.findall(log.read_text(errors="replace"))):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise AssertionError(f"the app did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.05)
    return RunningApp(folder, process, log, links[0], _token(folder))


def vsr() -> list[str]:
    return [str(Path(sys.executable).with_name("vsr"))]


def environment(passphrase: str | None = PASSPHRASE) -> dict[str, str]:
    """Return the environment of a machine without a keyring."""
    kept = {name: value for name, value in os.environ.items() if name not in {"VSR_PASSPHRASE", "VSR_BASE"}}
    secret = {"VSR_PASSPHRASE": passphrase} if passphrase else {}
    return {**kept, **secret, "VSR_OFFLINE": "1", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


def _token(folder: Path) -> str:
    return str(json.loads((folder / "app.json").read_text())["token"])
