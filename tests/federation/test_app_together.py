"""The real app in a real federation: let in by invitation, summed securely, with all that left it on its own record.

One deployment, one app; the tests go on from each other's end, in the order in which they stand here.
"""

import hashlib
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.browser.running_app import RunningApp, start_app
from tests.federation.conftest import free_port
from tests.federation.deployment import Deployment, Running
from vsr_shared.base import Base
from vsr_shared.weights import Layout, from_bytes

pytestmark = pytest.mark.timeout(900)  # a minute in all on two idle cores; many times that where they are not idle
RECORDINGS = {
    "03-01-05-01-01-01-17.flac": "negative",
    "03-01-04-01-01-01-17.flac": "negative",
    "03-01-03-01-01-01-17.flac": "positive",
    "03-01-02-01-01-01-17.flac": "positive",
}


STILL = ("still-1", "still-2", "still-3")


class Federation(Deployment):
    """A deployment on the base that ships, with one app and machines that learn nothing."""

    app: RunningApp
    running_server: Running

    def start_server(self, rounds: int) -> Running:
        """Start `vsr-server` as an operator does."""
        out = self.folder / f"server-{len(self._started)}.out"
        given: list[object] = ["start", "--rounds", rounds, "--min-clients", 3, "--port", self.port, "--json"]
        given += ["--admin-port", 0, "--data-dir", self.server_dir]
        running = self._start("vsr_server.cli", given, out)
        running.wait_for("server_up", 150)
        return running

    def operator(self, *arguments: object) -> str:
        """Run `vsr-server` once and return what it prints."""
        command = [sys.executable, "-m", "vsr_server.cli", *map(str, arguments), "--data-dir", str(self.server_dir)]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    def still(self, name: str, base: Base) -> Running:
        """Start a machine that learns nothing."""
        given: list[object] = [self.address, self.ca, self.folder / name, self.folder / f"{name}-data", base.id]
        return self._start("still_machine", [*given, *self.trust[1:]], self.folder / f"{name}.out")

    def together(self) -> Any:
        """What the app says of taking part."""
        return self.app.call("GET", "/api/together")

    def wait(self, such: Callable[[Any], bool], seconds: float = 180) -> Any:
        """Wait until what the app says is `such`."""
        deadline = time.monotonic() + seconds
        while not such(found := self.together()):
            assert time.monotonic() < deadline, json.dumps(found, indent=1)[-3000:]
            time.sleep(0.2)
        return found

    def next_update(self) -> tuple[Any, bytes]:
        """The next update as the app shows it: picture and bytes."""
        job = self.app.call("POST", "/api/together/next-update")["id"]
        self.wait(lambda found: found["jobs"]["next_update"]["id"] == job and found["jobs"]["next_update"]["ended"])
        assert self.together()["jobs"]["next_update"]["state"] == "done", self.together()["jobs"]
        address = f"{self.app.url}/api/together/next-update/file"
        answer = httpx.get(address, headers={"Authorization": f"Bearer {self.app.token}"}, timeout=60)
        return self.app.call("GET", "/api/together/next-update"), answer.content


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory, voices: Path, shipped: Base) -> Iterator[Federation]:
    deployed = Federation(tmp_path_factory.mktemp("app-together"), free_port())
    for name in STILL:
        deployed.register(name)
    deployed.app = start_app(deployed.folder / "app-data")
    for name, polarity in RECORDINGS.items():
        found = deployed.app.upload(voices / "ravdess" / name)
        deployed.app.call("PATCH", f"/api/recordings/{found['id']}", {"polarity": polarity})
    try:
        yield deployed
    finally:
        deployed.app.stop()
        deployed.close()


@pytest.fixture(scope="module")
def first_server(federation: Federation, shipped: Base) -> Running:
    server = federation.start_server(1)
    for name in STILL[:2]:
        federation.still(name, shipped)
    return server


@pytest.fixture(scope="module")
def first_preview(federation: Federation) -> tuple[Any, bytes]:
    """What the app says would leave in a round, before any server asked."""
    return federation.next_update()


def sent(found: Any) -> list[Any]:
    """Rows of updates that left, oldest first."""
    return [row for row in reversed(found["rounds"]) if row["kind"] == "sent"]


def models_of(found: Any) -> int:
    """How many rounds brought a model."""
    return sum(row["kind"] == "model" for row in found["rounds"])


def test_by_one_line_the_app_is_let_in_and_connects(
    federation: Federation, first_preview: tuple[Any, bytes], first_server: Running
) -> None:
    assert first_preview[0]["assumed"]["asked_before"] is False
    line = json.loads(federation.operator("invite", "--name", "anna", "--json"))
    seen = federation.app.call("POST", "/api/together/look", {"invitation": line["invitation"]})
    assert (seen["server"], seen["answers"], seen["base_fits"]) == (federation.address, "yes", True)
    assert seen["fingerprint"] == line["fingerprint"]
    assert not federation.together()["joined"]

    joined = federation.app.call("POST", "/api/together/join", {"invitation": line["invitation"]})
    assert (joined["joined"], joined["certified"]) == (True, True)
    machines = [json.loads(row) for row in federation.operator("nodes", "list", "--json").splitlines()]
    assert {"anna", *STILL} == {machine["name"] for machine in machines}
    assert joined["machine"] in {machine["id"] for machine in machines if machine["name"] == "anna"}
    federation.wait(lambda found: found["state"] == "connected" or sent(found))


def test_a_round_happens_and_the_record_shows_the_very_bytes_that_left(
    federation: Federation, first_preview: tuple[Any, bytes], first_server: Running, shipped: Base
) -> None:
    found = federation.wait(lambda found: any(row["kind"] == "model" for row in found["rounds"]))
    assert first_server.end(120) == 0, first_server.out.read_text()
    (row,) = sent(found)
    assert row["round"] == 1
    assert (row["people"], row["people_at_least"]) == (3, 3)
    numbers = 774_914 + 1 + 1
    assert row["arrays"] == {"update/vector": [numbers]}
    sizes = [event["bytes"] for event in first_server.events("reply_received")]
    assert sizes == [4 * numbers] * 3, "a masked vector each, and nothing that tells one from the other"

    # What was shown before any server asked lacks the one figure that this one then asked for.
    vector = np.load(io.BytesIO(first_preview[1]), allow_pickle=False)
    layout = Layout.of(shipped.trainable)
    weight = vector[layout.size]
    assert weight == len(RECORDINGS)
    expected = layout.flatten(shipped.trainable) + vector[: layout.size] / (weight + 2)
    model = layout.flatten(from_bytes((federation.server_dir / "model.safetensors").read_bytes()))
    np.testing.assert_allclose(model, expected, atol=1e-6, err_msg="those numbers, and no others, made the model")


def test_killed_with_the_app_it_goes_on_at_the_next_start_and_sends_what_was_shown(federation: Federation) -> None:
    federation.app.kill()
    federation.app = start_app(federation.folder / "app-data")
    first = sent(federation.together())
    # The server may ask the app's former self, which it does not know to be dead: that costs a round its number, which
    # is part of what is assumed. The app that lives on is asked by the number that it expects.
    for rounds in (2, 3):
        picture, payload = federation.next_update()
        assert picture["assumed"]["model_is_newest"] is True
        before, models = len(sent(federation.together())), models_of(federation.together())
        server = federation.start_server(rounds)
        federation.wait(lambda found, before=before: len(sent(found)) > before)
        assert server.end(120) == 0, server.out.read_text()
        # A round may be lost whose update was sent: its model never comes, that of the round which was done does.
        federation.wait(lambda found, models=models: models_of(found) > models)
        shown = [row for row in sent(federation.together())[before:] if row["round"] == picture["assumed"]["round"]]
        if shown:
            break
    (row,) = shown
    assert row["content_sha256"] == picture["sha256"] == hashlib.sha256(payload).hexdigest()
    assert row["content_sha256"] != first[0]["content_sha256"]
    assert row["sha256"] != row["content_sha256"], "it left under masks"


def test_paused_nothing_leaves_and_the_server_sees_it_go(federation: Federation) -> None:
    before = len(sent(federation.together()))
    paused = federation.app.call("POST", "/api/together/pause")
    assert (paused["state"], paused["joined"]) == ("paused", True)
    server = federation.running_server = federation.start_server(1_000)
    server.wait_for("machines_online", seconds=150, such=lambda line: line["online"] == 2)
    assert len(sent(federation.together())) == before
    federation.app.call("POST", "/api/together/resume")
    assert federation.wait(lambda found: found["state"] == "connected")["paused"] is False


def test_a_machine_that_was_taken_out_is_told_so_and_the_rounds_go_on(federation: Federation, shipped: Base) -> None:
    server = federation.running_server
    federation.still(STILL[2], shipped)
    server.wait_for("round_done", 200)
    last = server.events("round_done")[-1]["round"]
    assert "the running server refuses it from now on" in federation.operator("nodes", "revoke", "anna")
    stopped = federation.wait(lambda found: found["state"] == "stopped")
    assert "the operator took this machine out of the federation" in stopped["says"]
    ended = federation.wait(lambda found: found["jobs"]["together"]["ended"])["jobs"]["together"]
    assert ended["error"]["code"] == "revoked_machine"
    done = server.wait_for("round_done", 200, such=lambda line: line["round"] > last + 1)
    assert done["machines"] == 3, "those who stay go on without it"
    asked_before = {row["round"] for row in sent(federation.together())}
    assert done["round"] not in asked_before
    server.stop()


def test_leaving_ends_it_deletes_the_model_and_keeps_the_record(federation: Federation) -> None:
    left = federation.app.call("POST", "/api/together/leave", {"delete_model": True})
    assert (left["joined"], left["state"], left["server"]) == (False, "out", None)
    count = len(sent(left))
    assert count >= 2
    assert federation.app.call("GET", "/api/state")["head"]["id"] == "base"
    time.sleep(3)
    assert len(sent(federation.together())) == count
    told = b"".join(path.read_bytes() for path in federation.app.folder.rglob("*") if path.is_file())
    assert sent(left)[0]["sha256"].encode() not in told, "the record is sealed"
