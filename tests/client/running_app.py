"""The app as a person has it: `vsr` as a program on a folder, a browser with its cookie, a script with its token."""

import re
import signal
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Thread

import httpx

from tests.client.commands import Machine

PATIENCE = 60


@dataclass
class RunningApp:
    """One run of `vsr` on a machine."""

    machine: Machine
    process: "subprocess.Popen[str]"
    link: str
    lines: list[str] = field(default_factory=list)
    _reader: Thread | None = None

    @property
    def url(self) -> str:
        return self.link.partition("/enter")[0]

    @property
    def address(self) -> str:
        """Host and port."""
        return self.url.removeprefix("http://")

    @cached_property
    def token(self) -> str:
        """The token of scripts, as `vsr token` prints it."""
        done = self.machine.vsr("token")
        assert done.returncode == 0, done.stderr
        url, token = done.stdout.split()
        assert url == self.url
        return token

    def script(self) -> httpx.Client:
        """Return a client with the scripts' token."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE, trust_env=False)

    def browser(self, link: str = "") -> httpx.Client:
        """Return a client that opened a one-time link and has the cookie."""
        answer = httpx.get(link or self.new_link(), trust_env=False)
        assert answer.status_code == 303, answer.text
        cookie = answer.headers["set-cookie"].partition(";")[0]
        return httpx.Client(base_url=self.url, headers={"Cookie": cookie}, timeout=PATIENCE, trust_env=False)

    def new_link(self) -> str:
        """Return one more link."""
        with self.script() as client:
            return str(client.post("/api/links").json()["link"])

    def stranger(self) -> httpx.Client:
        """Return a client with nothing."""
        return httpx.Client(base_url=self.url, timeout=PATIENCE, trust_env=False)

    def stop(self) -> int:
        """Ask it to end, as the system does, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self._ended()

    def read_on(self) -> None:
        """Collect what it says from now on."""
        self._reader = Thread(target=lambda: self.lines.extend(self.process.stdout or ()), daemon=True)
        self._reader.start()

    def _ended(self) -> int:
        code = self.process.wait(PATIENCE)
        if self._reader:
            self._reader.join(PATIENCE)
        if self.process.stdout:
            self.process.stdout.close()
        return code


def start_app(machine: Machine, *arguments: object, **environment: str) -> RunningApp:
    """Start `vsr` and wait for its link."""
    process = subprocess.Popen(
        machine.command("--no-browser", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        env=machine.environ() | environment,
    )
    assert process.stdout
    first = process.stdout.readline()
    found = re.search(r"http://\S+", first)
    if not found:
        rest = process.stdout.read()
        raise AssertionError(f"no link in {first}{rest}")
    app = RunningApp(machine, process, found[0])
    app.read_on()
    return app


def upload(client: httpx.Client, path: Path, **query: str) -> httpx.Response:
    """Send a file as the pages do."""
    with path.open("rb") as file:
        return client.post("/api/recordings", params={"name": path.name, **query}, content=file)


def failure(answer: httpx.Response) -> str:
    """Return the code of a failure; its shape is the one shape."""
    said = answer.json()
    assert set(said) == {"error"} and set(said["error"]) == {"code", "message"}, said
    assert said["error"]["message"]
    return str(said["error"]["code"])
