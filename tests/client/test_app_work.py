"""Background work: watched, cancelled, killed; the app stays what it is for."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.client.conftest import files
from tests.client.running_app import RunningApp, start_app, upload
from vsr_simulations.population import User

pytestmark = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at processes in /proc")
Json = dict[str, Any]


@pytest.fixture(scope="module")
def taught(app: RunningApp, api: httpx.Client, actor: User) -> int:
    """The app after a person labelled eight recordings of each kind."""
    chosen = files(actor)
    lessons = [(p, "positive") for p in chosen.positive[:8]] + [(p, "negative") for p in chosen.negative[:8]]
    for path, polarity in lessons:
        recording = upload(api, path).json()["id"]
        assert api.patch(f"/api/recordings/{recording}", json={"polarity": polarity}).status_code == 200
    return len(lessons)


def job(api: httpx.Client) -> Json:
    found: Json = api.get("/api/state").json()["jobs"]["train"]
    return found


def until(api: httpx.Client, holds: Callable[[Json], bool], seconds: float = 90) -> Json:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds(found := job(api)):
            return found
        time.sleep(0.05)
    raise AssertionError(job(api))


def workers(app: RunningApp) -> list[int]:
    """Return the worker processes of the app."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            status = (entry / "stat").read_text().rpartition(")")[2].split()
            command = (entry / "cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        if entry.name.isdigit() and int(status[1]) == app.process.pid and b"vsr_client.work" in command:
            found.append(int(entry.name))
    return found


def test_too_little_to_learn_from_is_said_at_once(app: RunningApp, api: httpx.Client) -> None:
    if api.get("/api/state").json()["counts"]["labelled"]:
        pytest.skip("this app was taught already")
    answer = api.post("/api/training")
    assert answer.status_code == 422 and "at least 3" in answer.json()["error"]["message"]
    nothing = api.delete("/api/training")
    assert nothing.status_code == 404


def test_training_ends_in_a_head_that_can_be_left_again(taught: int, api: httpx.Client) -> None:
    started = api.post("/api/training").json()
    assert started["state"] == "running" and started["kind"] == "train"
    busy = api.post("/api/training")
    assert busy.status_code == 409 and busy.json()["error"]["code"] == "busy"
    done = until(api, lambda found: found["state"] != "running")
    assert done["state"] == "done", done
    assert done["result"]["recordings"] == taught
    assert set(done["result"]["before"]) == set(done["result"]["after"]) >= {"uar", "nll"}
    (head,) = api.get("/api/heads").json()
    assert head["id"] == done["result"]["head"] and head["in_use"] is head["kept"] and head["fits"]
    used = api.post(f"/api/heads/{head['id']}/use").json()
    assert used["in_use"]
    recording = api.get("/api/recordings").json()["items"][0]["id"]
    personal = api.post(f"/api/recordings/{recording}/listen").json()["said"]
    assert personal["head"].startswith("personal@")
    assert api.get("/api/state").json()["head"]["origin"] == f"{taught} recordings of yours"
    assert api.post("/api/heads/none/use").status_code == 204
    common = api.post(f"/api/recordings/{recording}/listen").json()["said"]
    assert common["head"] == "base" and common["positive"] != personal["positive"]
    exported = api.get(f"/api/heads/{head['id']}/file")
    assert "attachment" in exported.headers["content-disposition"] and len(exported.content) > 1_000_000
    assert api.delete(f"/api/heads/{head['id']}").status_code == 204
    assert api.get("/api/heads").json() == []


def test_training_can_be_cancelled(taught: int, app: RunningApp, api: httpx.Client) -> None:
    api.post("/api/training")
    assert len(workers(app)) == 1
    assert api.delete("/api/training").status_code == 200
    assert until(api, lambda found: found["state"] != "running", 10)["state"] == "cancelled"
    assert workers(app) == []
    assert api.get("/api/heads").json() == [], "nothing is half done"


def test_a_killed_worker_is_reported_in_words(taught: int, app: RunningApp, api: httpx.Client) -> None:
    api.post("/api/training")
    (worker,) = workers(app)
    os.kill(worker, signal.SIGKILL)
    failed = until(api, lambda found: found["state"] != "running", 10)
    assert failed["state"] == "failed" and "start it again" in failed["error"]["message"]
    assert api.get("/api/heads").json() == []


def test_the_key_is_in_no_command_line_and_no_environment(taught: int, app: RunningApp, api: httpx.Client) -> None:
    """Threat: other processes of this user, crash reports and process lists show arguments and environments."""
    api.post("/api/training")
    (worker,) = workers(app)
    until(api, lambda found: found["says"] != "")
    command = Path(f"/proc/{worker}/cmdline").read_bytes().split(b"\0")
    environment = Path(f"/proc/{worker}/environ").read_bytes()
    nice = int(Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[16])
    api.delete("/api/training")
    assert command[1:] == [b"-m", b"vsr_client.work", b""]
    assert b"correct horse" not in environment and b"VSR_PASSPHRASE" not in environment
    assert nice > int(Path(f"/proc/{app.process.pid}/stat").read_text().rpartition(")")[2].split()[16])
    until(api, lambda found: found["state"] != "running", 10)


def test_predicting_goes_on_during_training(taught: int, api: httpx.Client, actor: User) -> None:
    assert api.post("/api/training").json()["state"] == "running"
    recording = upload(api, files(actor).positive[0])
    api.delete("/api/training")
    assert recording.status_code == 200
    api.delete(f"/api/recordings/{recording.json()['id']}")
    until(api, lambda found: found["state"] != "running", 10)


def test_the_worker_ends_with_the_app(taught: int, app: RunningApp, api: httpx.Client) -> None:
    """However the app went: it is killed here. The last test of this file."""
    api.post("/api/training")
    (worker,) = workers(app)
    app.kill()
    for _ in range(100):
        if not Path(f"/proc/{worker}").exists():
            break
        time.sleep(0.1)
    assert not Path(f"/proc/{worker}").exists()
    again = start_app(app.machine)
    try:
        with again.script() as client:
            state = client.get("/api/state").json()
            assert state["counts"]["labelled"] == taught and state["jobs"] == {}
    finally:
        again.stop()
