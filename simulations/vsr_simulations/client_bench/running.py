"""The app as a program, timed from outside."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from vsr_shared.errors import StoreError

PASSPHRASE = "a passphrase for measuring"  # noqa: S105 - of data that is made up and thrown away


@dataclass(frozen=True)
class App:
    """A running app."""

    client: httpx.Client
    began: float
    """Of `time.perf_counter`, when the program was started."""
    link_seconds: float
    """From the program's start to the link."""
    pid: int

    def call(self, method: str, path: str, **options: Any) -> Any:
        """Return the JSON of an answer; StoreError where it is a failure."""
        answer = self.client.request(method, path, **options)
        if answer.is_error:
            raise StoreError(f"{method} {path} gave {answer.status_code}: {answer.text[:300]}")
        return answer.json() if answer.headers.get("content-type") == "application/json" else answer.content

    def predict(self, sound: bytes) -> float:
        """Upload a recording as the page does, and return the seconds until what VSR says of it is there."""
        began = time.perf_counter()
        self.call("POST", "/api/recordings", params={"name": "measured"}, content=sound)
        return time.perf_counter() - began

    @property
    def processor_seconds(self) -> float:
        """What the app's process has used of the processors, which does not depend on what else runs; NaN off Linux."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return float("nan")
        return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))

    @property
    def seconds(self) -> float:
        """Since the program's start."""
        return time.perf_counter() - self.began


def environment() -> dict[str, str]:
    """Return the environment of a machine without a keyring."""
    return {
        **os.environ,
        "VSR_PASSPHRASE": PASSPHRASE,
        "VSR_OFFLINE": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }


@contextmanager
def running_app(folder: Path) -> Iterator[App]:
    """Run `vsr` on `folder` while the block runs."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [Path(sys.executable).with_name("vsr"), "--no-browser", "--data-dir", folder],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if "http" not in line:
            raise StoreError("the app did not start; run `vsr` to see why")
        link = time.perf_counter() - began
        where = json.loads((folder / "app.json").read_text())
        headers = {"Authorization": f"Bearer {where['token']}"}
        with httpx.Client(base_url=where["url"], headers=headers, timeout=300, trust_env=False) as client:
            yield App(client, began, link, process.pid)
    finally:
        process.terminate()
        process.wait(30)
        if process.stdout:
            process.stdout.close()
