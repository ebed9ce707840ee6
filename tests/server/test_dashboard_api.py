"""What the dashboard's API says and does, on SQLite and on a PostgreSQL that runs."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.server.dashboard_rows import MODEL_BYTES, Seeded
from tests.server.running_dashboard import RunningDashboard, running_dashboard
from vsr_server.coordination.operator_wishes import OperatorWishes
from vsr_server.dashboard.api_privacy import delta_for, spent_by
from vsr_server.dashboard.now import seen_now
from vsr_server.database.tables import AuditEntry, EventRow, Round
from vsr_shared.federation.invitation import parse_invitation
from vsr_shared.privacy.accounting import epsilon


@pytest.fixture
def server(url: str, tmp_path: Path) -> Iterator[Seeded]:
    """A server with three machines, of which one is revoked, and three versions; once a database."""
    seeded = Seeded(tmp_path, url)
    seeded.begin()
    for number in (1, 2):
        seeded.round(number, 3 - number, 4, {"nll_before": 0.5})
        seeded.version(number, {"uar": 0.6, "nll": 0.7})
    yield seeded
    seeded.database.close()


@pytest.fixture
def dashboard(server: Seeded) -> Iterator[RunningDashboard]:
    with running_dashboard(server) as running:
        yield running


@pytest.fixture
def script(dashboard: RunningDashboard) -> Iterator[httpx.Client]:
    with dashboard.script() as client:
        yield client


def test_rounds_and_models(server: Seeded, script: httpx.Client) -> None:
    server.round(3, 0, 2, {}, "failed")
    rounds = script.get("/api/rounds?limit=2").json()["rounds"]
    assert [(one["number"], one["outcome"], one["bytes_each"]) for one in rounds] == [
        (3, "failed", MODEL_BYTES),
        (2, "done", MODEL_BYTES),
    ]
    older = script.get("/api/rounds?before=2").json()["rounds"]
    assert [one["number"] for one in older] == [1] and older[0]["figures"] == {"nll_before": 0.5}

    versions = script.get("/api/models").json()
    assert [(one["version"], one["status"]) for one in versions] == [(3, "current"), (2, "earlier"), (1, "earlier")]
    back = script.post("/api/models/2/roll-back", json={"reason": "it was better"})
    assert back.status_code == 200 and back.json()[0]["version"] == 4
    current = server.registry.current()
    assert current.version == 4 and current.sha256 == server.registry.version(2).sha256
    again = script.post("/api/models/4/roll-back", json={})
    assert again.status_code == 409 and "current" in again.json()["error"]["message"]

    candidate = server.registry.propose({}, 2, {}).version
    assert script.get("/api/models").json()[0]["may_promote"] is True
    assert script.post(f"/api/models/{candidate}/promote", json={"reason": "by hand"}).status_code == 200
    assert server.registry.current().version == candidate

    entries = script.get("/api/audit").json()
    did = [(one["actor"], one["action"], one["details"]["reason"]) for one in entries[:2]]
    assert did == [("operator", "model.promote", "by hand"), ("operator", "model.rollback", "it was better")]
    assert script.get("/api/audit/verdict").json() == {"whole": True, "entries": entries[0]["number"], "faults": []}


def test_people_by_number_and_by_name(server: Seeded, script: httpx.Client) -> None:
    anna, ben, carla = (server.let_in(name, ago) for name, ago in (("anna", 9), ("ben", 9), ("carla", 4)))
    server.invite("expired", days=1, ago=3)
    kept = server.invite("open")
    withdrawn = server.invite("withdrawn")
    assert script.post(f"/api/invitations/{withdrawn}/withdraw").status_code == 204
    revoked = script.post(f"/api/machines/{ben.id}/revoke").json()
    assert revoked["id"] == ben.id and revoked["told"] is False, "no SuperLink runs here"

    people = script.get("/api/people").json()
    assert (people["enrolled"], people["connected"], people["revoked"]) == (2, None, 1)
    assert people["invitations"] == {"open": 1, "used": 3, "expired": 1, "withdrawn": 1}
    assert [(day["enrolled"], day["revoked"]) for day in people["days"]] == [(2, 0), (3, 0), (2, 1)]

    machines = script.get("/api/machines").json()
    assert [one["id"] for one in machines] == [carla.id, *sorted([anna.id, ben.id], reverse=True)]
    assert set(machines[0]) == {"id", "name", "enrolled_at", "revoked_at", "connected"}
    states = {one["id"]: one["state"] for one in script.get("/api/invitations").json()}
    assert (states[kept], states[withdrawn]) == ("open", "withdrawn")


def test_an_invitation_is_whole_and_kept_nowhere(server: Seeded, script: httpx.Client) -> None:
    answer = script.post("/api/invitations", json={"name": "lena", "days": 2})
    assert answer.status_code == 201
    made = answer.json()
    found = parse_invitation(made["invitation"])
    assert found.fingerprint == made["fingerprint"] == server.keys.fingerprint
    assert found.server == made["server"] == "vsr.example.org:9443"
    assert made["invitation"] not in script.get("/api/invitations").text + script.get("/api/audit").text
    assert script.post("/api/invitations", json={"days": 1000}).status_code == 422
    assert script.post("/api/invitations", json={"name": "x" * 101}).status_code == 422


def test_pausing_reaches_the_coordinator_and_the_audit_log(server: Seeded, script: httpx.Client) -> None:
    wishes = OperatorWishes(server.database)
    for paused in (True, True, False):
        assert script.patch("/api/settings", json={"paused": paused}).json()["paused"] is paused
        assert wishes.paused is paused
    wishes.show_schedule(21_600, server.now + timedelta(hours=1))
    settings = script.get("/api/settings").json()
    assert settings["every"] == 21_600 and settings["next_at"].startswith(
        (server.now + timedelta(hours=1)).date().isoformat()
    )
    did = [one["action"] for one in script.get("/api/audit").json()]
    assert did[:2] == ["rounds.resume", "rounds.pause"], "what was so already is no deed"


def test_events_by_level_and_page(server: Seeded, script: httpx.Client) -> None:
    for at in range(5):
        server.event("checkpoint_written", f"checkpoint after {at} rounds: file")
    server.event("round_failed", "round 3 failed: nobody", "warning")
    server.event("database_full", "the disk is full", "error")
    newest = script.get("/api/events?limit=3").json()
    assert [one["level"] for one in newest] == ["error", "warning", "info"]
    older = script.get("/api/events", params={"before": newest[-1]["id"]}).json()
    assert len(older) == 4 and older[0]["sentence"].startswith("checkpoint after 3")
    assert [one["name"] for one in script.get("/api/events?level=warning").json()] == ["database_full", "round_failed"]
    assert [one["name"] for one in script.get("/api/events?level=error").json()] == ["database_full"]


def test_figures_for_prometheus(server: Seeded, script: httpx.Client) -> None:
    server.let_in("anna", 2)
    server.event("round_failed", "round 3 failed: nobody", "warning")
    answer = script.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    found = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert found[("vsr_rounds_total", ("outcome", "done"))] == 2
    assert found[("vsr_round_number",)] == 2 and found[("vsr_round_answered",)] == 4
    assert found[("vsr_round_mean", ("figure", "nll_before"))] == 0.5
    assert found[("vsr_machines", ("state", "enrolled"))] == 1
    assert found[("vsr_model_version",)] == 3
    assert found[("vsr_ready", ("check", "database"))] == 1 and found[("vsr_ready", ("check", "superlink"))] == 0
    labels = {name for key in found for name, _ in key[1:]}
    assert labels == {"outcome", "figure", "state", "status", "level", "check", "noise"}, "none names a machine"


def test_readiness_says_what_is_missing(server: Seeded, script: httpx.Client) -> None:
    answer = script.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "checks": {"database": True, "superlink": False, "keys": True, "disk": True},
    }
    (server.folder.keys / "release_key").rename(server.folder.keys / "elsewhere")
    time.sleep(1.1)  # it looks once a second
    assert script.get("/readyz").json()["checks"]["keys"] is False
    refused = script.post("/api/models/1/roll-back", json={})
    assert refused.status_code == 409 and "release key" in refused.json()["error"]["message"]
    assert not (server.folder.keys / "release_key").exists(), "a fresh key would sign what nobody trusts"
    server.database.close()
    assert script.get("/healthz").json() == {"status": "ok"}


def test_the_command_prints_a_link_that_opens_once(dashboard: RunningDashboard, server: Seeded) -> None:
    command = [Path(sys.executable).with_name("vsr-server"), "dashboard", "--json", "--data-dir", server.folder.root]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    link = json.loads(done.stdout)["link"]
    with dashboard.client() as browser:
        assert browser.get(link).status_code == 303 and browser.get("/").status_code == 200
        assert browser.get(link).status_code == 401


def test_without_a_dashboard_the_command_says_so(tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("vsr-server"), "dashboard", "--data-dir", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 6 and "vsr-server start" in done.stderr


def test_a_tampered_log_is_told(server: Seeded, script: httpx.Client) -> None:
    with server.database.session() as session:
        row = session.get(AuditEntry, 2)
        assert row is not None
        row.actor = "nobody"
        session.add(row)
    verdict = script.get("/api/audit/verdict").json()
    assert verdict["whole"] is False and "entry 2" in verdict["faults"][0]


def test_what_happens_now_follows_the_events(tmp_path: Path) -> None:
    server = Seeded(tmp_path)
    began = server.now
    open_round = Round(number=8, federation="f", started_at=began, outcome="open", asked=5)

    def phase(*names: str) -> str:
        events = [EventRow(at=began + timedelta(seconds=at), name=name, sentence="") for at, name in enumerate(names)]
        return seen_now(open_round, events[::-1], False, 5).phase

    assert phase() == phase("machines_online", "round_started") == "first"
    assert phase("round_started", "shares_asked") == "second"
    assert phase("round_started", "shares_asked", "sum_known") == "gate"
    stale = EventRow(at=began - timedelta(seconds=1), name="sum_known", sentence="")
    assert seen_now(open_round, [stale], False, 5).phase == "first", "an event of the round before means nothing"
    assert seen_now(None, [], False, None).phase == "idle"
    assert seen_now(None, [], True, None).phase == "paused"
    server.database.close()


def test_privacy_is_reckoned_for_somebody_in_every_round(tmp_path: Path) -> None:
    def ended(number: int, noise: float | None, outcome: str = "done") -> Round:
        return Round(
            number=number,
            federation="f",
            started_at=datetime.now(UTC),
            outcome=outcome,
            noise_multiplier=noise,
            clip_norm=1.5,
        )

    delta = delta_for(3)
    assert delta == 1e-5 and delta_for(10**6) == 1e-6
    off = spent_by([ended(1, None), ended(2, None, "failed")], delta)
    assert (off.epsilon, off.rounds_without) == (None, 1) and off.words.startswith("Noise is off")
    on = spent_by([ended(n, 1.1, "failed" if n == 4 else "done") for n in range(1, 31)], delta)
    assert on.epsilon == pytest.approx(epsilon(1.1, 30, delta)), "a failed round counts too"
    assert [each.epsilon for each in on.spent] == sorted(each.epsilon for each in on.spent) and len(on.spent) == 12
    mixed = spent_by([ended(1, 1.1), ended(2, None)], delta)
    assert mixed.rounds_without == 1 and "no such bound holds" in mixed.words
    assert spent_by([ended(1, 1e-6)], delta).epsilon is None
