"""The app from its start to its end, clean or not."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.client.commands import Machine
from tests.client.running_app import RunningApp, start_app, upload
from vsr_shared.audio.decode import SAMPLE_RATE, decode_blocks

CAPTURE = {"device": "", "sample_rate": SAMPLE_RATE, "channels": 1}


@pytest.fixture
def clip(voices: Path) -> Path:
    return min((voices / "ravdess").glob("*.flac"))


@pytest.fixture
def apps(fresh_machine: Machine) -> Iterator[list[RunningApp]]:
    """Apps that a test started; whatever is left is ended."""
    started: list[RunningApp] = []
    yield started
    for app in started:
        if app.process.poll() is None:
            app.kill()


def pcm(clip: Path) -> bytes:
    samples: np.ndarray[Any, Any] = np.concatenate(list(decode_blocks(clip)))
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def test_a_second_vsr_opens_the_running_one(fresh_machine: Machine, apps: list[RunningApp]) -> None:
    apps.append(start_app(fresh_machine))
    second = fresh_machine.vsr("open", "--no-browser")
    assert second.returncode == 0, second.stderr
    link = re.search(r"http://\S+", second.stdout)
    assert link and link[0].startswith(apps[0].url) and link[0] != apps[0].link
    with apps[0].browser(link[0]) as client:
        assert client.get("/api/state").status_code == 200
    assert apps[0].process.poll() is None


def test_sigterm_ends_it_cleanly(fresh_machine: Machine, apps: list[RunningApp]) -> None:
    apps.append(start_app(fresh_machine))
    with apps[0].script() as client, client.stream("GET", "/api/events") as events:
        assert events.status_code == 200, "a page is open and listens"
        assert apps[0].stop() == 0
    assert not (fresh_machine.folder / "app.json").exists()
    said = "".join(apps[0].lines)
    assert "Traceback" not in said and said.strip().endswith("ended")
    done = fresh_machine.vsr("token")
    assert done.returncode == 5 and "start it" in done.stderr
    apps.append(start_app(fresh_machine))


def test_a_crash_leaves_no_lock_behind(fresh_machine: Machine, apps: list[RunningApp]) -> None:
    apps.append(start_app(fresh_machine))
    apps[0].kill()
    apps.append(start_app(fresh_machine))
    assert apps[1].url == apps[0].url, "browsers remember the microphone's permission by the address with its port"
    with apps[1].script() as client:
        assert client.get("/api/state").status_code == 200


def test_kill_9_during_a_capture_loses_at_most_its_last_moment(
    fresh_machine: Machine, apps: list[RunningApp], clip: Path
) -> None:
    sound = pcm(clip)
    apps.append(start_app(fresh_machine))
    with apps[0].script() as client:
        before = upload(client, clip).json()["id"]
        capture = client.post("/api/captures", json=CAPTURE).json()["id"]
        size = 2 * (SAMPLE_RATE // 4)  # bytes of a quarter of a second
        pieces = [sound[start : start + size] for start in range(0, len(sound), size)]
        for number, piece in enumerate(pieces):
            taken = client.post(f"/api/captures/{capture}/samples?n={number}", content=piece).json()["seconds"]
    apps[0].kill()
    apps.append(start_app(fresh_machine))
    with apps[1].script() as client:
        (left,) = client.get("/api/state").json()["unfinished"]
        assert left["id"] == capture and left["recorded"]
        assert taken - 1 <= left["seconds"] <= taken
        assert client.get(f"/api/recordings/{before}").status_code == 200
        kept = client.post(f"/api/captures/{capture}/finish").json()
        assert kept["said"] and kept["seconds"] == pytest.approx(left["seconds"], abs=0.01)
        assert client.get("/api/state").json()["unfinished"] == []


def test_ending_during_a_capture_keeps_it_as_unfinished(
    fresh_machine: Machine, apps: list[RunningApp], clip: Path
) -> None:
    apps.append(start_app(fresh_machine))
    with apps[0].script() as client:
        capture = client.post("/api/captures", json=CAPTURE).json()["id"]
        taken = client.post(f"/api/captures/{capture}/samples?n=0", content=pcm(clip)).json()["seconds"]
    assert apps[0].stop() == 0
    apps.append(start_app(fresh_machine))
    with apps[1].script() as client:
        (left,) = client.get("/api/state").json()["unfinished"]
        assert left["seconds"] == pytest.approx(taken, abs=0.01)
        assert client.delete(f"/api/captures/{capture}").status_code == 204
        assert client.get("/api/state").json()["unfinished"] == []


def test_without_keyring_and_passphrase_it_starts_locked(
    fresh_machine: Machine, apps: list[RunningApp], clip: Path
) -> None:
    apps.append(start_app(fresh_machine, VSR_PASSPHRASE=""))
    with apps[0].script() as client:
        state = client.get("/api/state").json()
        assert (state["locked"], state["new"], state["needs_passphrase"]) == (True, True, True)
        assert state["counts"] is None
        for answer in (client.get("/api/recordings"), upload(client, clip), client.post("/api/training")):
            assert answer.status_code == 423 and answer.json()["error"]["code"] == "locked"
        assert client.get("/").status_code == 200, "the page itself can ask"
        assert client.post("/api/unlock", json={"passphrase": "x"}).status_code == 403
        made = client.post("/api/unlock", json={"passphrase": "four words of mine", "create": True})
        assert made.status_code == 200 and made.json()["locked"] is False
        assert upload(client, clip).status_code == 200
    apps[0].stop()
    apps.append(start_app(fresh_machine, VSR_PASSPHRASE=""))
    with apps[1].script() as client:
        state = client.get("/api/state").json()
        assert (state["locked"], state["new"]) == (True, False)
        wrong = client.post("/api/unlock", json={"passphrase": "not mine"})
        assert wrong.status_code == 403 and wrong.json()["error"]["code"] == "locked_store"
        assert client.post("/api/unlock", json={"passphrase": "four words of mine"}).json()["counts"]["recordings"] == 1


def test_a_taken_port_is_said(fresh_machine: Machine, app: RunningApp) -> None:
    done = fresh_machine.vsr("--no-browser", "--port", app.address.partition(":")[2])
    assert done.returncode == 2 and "--port" in done.stderr


def test_the_port_can_be_chosen(fresh_machine: Machine, apps: list[RunningApp]) -> None:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    apps.append(start_app(fresh_machine, VSR_PORT=str(port)))
    assert apps[0].address == f"127.0.0.1:{port}"


def test_the_pages_are_told_what_happens(api: httpx.Client, app: RunningApp, clip: Path) -> None:
    with app.script() as listener, listener.stream("GET", "/api/events") as events:
        lines = events.iter_lines()
        next(lines)
        recording = upload(api, clip).json()["id"]
        told: list[str] = []
        for line in lines:
            told.append(line)
            if recording in line:
                break
    assert "event: recordings" in told and "added" in told[-1]


PREDICTING = """
import sys
from pathlib import Path
from starlette.testclient import TestClient
from vsr_client.app.access import Access
from vsr_client.app.application import guarded
from vsr_client.app.runtime import Options, Runtime

access = Access(8000, "http://127.0.0.1:8000")
app = guarded(Runtime(Options(Path(sys.argv[1]))), access)
with TestClient(app, base_url=access.base_url, headers={"Authorization": f"Bearer {access.bearer}"}) as client:
    answer = client.post("/api/recordings", content=Path(sys.argv[2]).read_bytes())
    assert answer.status_code == 200, answer.text
heavy = {"tensorflow", "keras", "librosa", "sklearn", "scipy", "matplotlib", "alembic", "flwr"} & set(sys.modules)
assert not heavy, heavy
"""


def test_predicting_imports_nothing_heavy(fresh_machine: Machine, clip: Path) -> None:
    """A first start makes its schema, which imports alembic; from the second on nothing heavy is there."""
    for last in (False, True):
        done = subprocess.run(
            [sys.executable, "-c", PREDICTING, fresh_machine.folder, clip],
            capture_output=True,
            text=True,
            check=False,
            env=fresh_machine.environ(),
        )
        if last:
            assert done.returncode == 0, done.stderr


def test_nothing_but_loopback_is_bound(app: RunningApp) -> None:
    """Threat: the network reaches the app."""
    table = Path(f"/proc/{app.process.pid}/net/tcp")
    if not table.exists():
        pytest.skip("no /proc here")
    inodes = set()
    for entry in Path(f"/proc/{app.process.pid}/fd").iterdir():
        try:
            inodes.add(str(entry.readlink()))
        except OSError:
            continue
    listening = []
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/{app.process.pid}/net/{name}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                listening.append(fields[1].partition(":")[0])
    assert listening == ["0100007F"]


def test_the_first_prediction_comes_soon(fresh_machine: Machine, apps: list[RunningApp], clip: Path) -> None:
    """Generous, for a busy machine: `vsr-simulate client` measures."""
    apps.append(start_app(fresh_machine))
    apps[0].stop()
    began = time.monotonic()
    apps.append(start_app(fresh_machine))
    with apps[1].browser(apps[1].link) as client:
        assert upload(client, clip).status_code == 200
    assert time.monotonic() - began < 30
