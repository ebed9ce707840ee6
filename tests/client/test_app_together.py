"""Together over the API: what is refused, that nobody joins by looking, and how a machine is let in."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browser.running_app import RunningApp, start_app
from tests.server.enrolling import invited, server_keys
from tests.server.enrolment_server import serving
from vsr_server.database import Database, open_database
from vsr_server.enrolment.certifying import certificates, pending, take_certificates
from vsr_server.enrolment.federation_keys import federation_keys
from vsr_server.enrolment.identities import load_enrolment_key
from vsr_server.enrolment.invitations import withdraw
from vsr_server.enrolment.machines import machines
from vsr_server.enrolment.routes import router
from vsr_server.server_folder import ServerFolder


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    running = start_app(tmp_path_factory.mktemp("together") / "data")
    yield running
    running.stop()


class Server:
    """A server that invites and lets in."""

    def __init__(self, root: Path, database: Database) -> None:
        self.folder, self.database = ServerFolder(root), database
        server_keys(root, datetime.now(UTC))
        self.address = ""

    def invite(self, address: str = "", hours: float = 1) -> tuple[str, str]:
        """Number and line of a fresh invitation, which ends in `hours`."""
        now = datetime.now(UTC) - timedelta(hours=max(0, -hours) * 2)
        days = (datetime.now(UTC) + timedelta(hours=hours) - now) / timedelta(days=1)
        keys = federation_keys(self.folder)
        made = invited(self.database, keys, days=days, now=now, address=address or self.address)
        return made.id, made.line


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("server")
    with closing(open_database(f"sqlite:///{root / 'server.db'}", root)) as database:
        found = Server(root, database)
        routes = router(database, found.folder, lambda machine: None)
        with serving([routes], found.folder.certificates) as found.address:
            yield found


def ask(app: RunningApp, path: str, body: object = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {app.token}"}
    return httpx.post(f"{app.url}/api/together/{path}", json=body, headers=headers, timeout=60)


def refused(answer: httpx.Response, code: str) -> str:
    found: dict[str, Any] = answer.json()["error"]
    assert (answer.status_code, found["code"]) == (422, code), answer.text
    return str(found["message"])


def files_of(app: RunningApp) -> set[str]:
    """What lies in the data folder of keys for federations."""
    places = [app.folder / "node_key", *(app.folder / "federation").glob("**/*")]
    return {path.name for path in places if path.is_file()}


@pytest.mark.parametrize("path", ["look", "join"])
def test_a_bad_invitation_is_refused_in_words(app: RunningApp, server: Server, path: str) -> None:
    assert "not an invitation" in refused(ask(app, path, {"invitation": "hello"}), "bad_invitation")
    cut = server.invite()[1][:-9]
    assert "copy the whole line" in refused(ask(app, path, {"invitation": cut}), "bad_invitation")
    old = server.invite(hours=-0.2)[1]
    assert "has expired" in refused(ask(app, path, {"invitation": old}), "bad_invitation")
    assert ask(app, path, {"invitation": "x" * 60_000}).status_code == 422
    assert app.call("GET", "/api/together")["joined"] is False


def test_whoever_answers_there_without_the_authoritys_certificate_is_a_stranger(
    app: RunningApp, server: Server
) -> None:
    """Threat: the right invitation, another machine at its address. The app itself answers here, and speaks no TLS."""
    line = server.invite(app.url.removeprefix("http://"))[1]
    seen = ask(app, "look", {"invitation": line}).json()
    assert seen["answers"] == "stranger"
    assert "do not join" in seen["says"]
    assert ask(app, "look", {"invitation": server.invite("127.0.0.1:9")[1]}).json()["answers"] == "no"
    joined = ask(app, "join", {"invitation": line})
    assert (joined.status_code, joined.json()["error"]["code"]) == (502, "untrusted_server")
    assert app.call("GET", "/api/together")["joined"] is False
    assert files_of(app) == set(), "whoever is not let in keeps no keys"


def test_who_takes_no_part_can_neither_pause_nor_leave(app: RunningApp) -> None:
    for path in ("pause", "resume", "leave"):
        assert "do not take part" in refused(ask(app, path, {}), "usage_error")


def test_looking_makes_no_keys_and_asks_for_nothing(app: RunningApp, server: Server) -> None:
    seen = ask(app, "look", {"invitation": server.invite()[1]}).json()
    assert (seen["answers"], seen["fingerprint"]) == ("yes", federation_keys(server.folder).fingerprint)
    assert files_of(app) == set()
    assert machines(server.database) == []


def test_joining_lets_this_machine_in_at_once(app: RunningApp, server: Server) -> None:
    line = server.invite()[1]
    joined = ask(app, "join", {"invitation": line}).json()
    (machine,) = machines(server.database)
    assert (joined["joined"], joined["certified"], joined["machine"]) == (True, True, machine.id)
    assert joined["jobs"]["together"]["state"] == "running"
    assert joined["server"]["fingerprint"] == federation_keys(server.folder).fingerprint
    told = b"".join(path.read_bytes() for path in app.folder.rglob("*") if path.is_file())
    assert machine.certificate.encode() not in told, "the membership is sealed"
    twice = ask(app, "join", {"invitation": server.invite()[1]})
    assert "leave it first" in refused(twice, "usage_error")
    paused = ask(app, "pause", {}).json()
    assert (paused["state"], paused["jobs"]["together"]["state"]) == ("paused", "cancelled")
    assert {"node_key", "identity_key"} <= files_of(app)

    kept = app.folder / "federation" / "answered.json"
    kept.write_text('{"f": 7}')
    left = ask(app, "leave", {}).json()
    assert (left["state"], left["server"], left["machine"]) == ("out", None, "")
    assert files_of(app) <= {"answered.json", "join.lock"}, "keys for a federation go with it"
    assert kept.read_text() == '{"f": 7}', "no server may ask twice about one round"
    used = ask(app, "join", {"invitation": line})
    assert "used already" in refused(used, "bad_invitation")


def test_an_invitation_that_was_taken_back_is_refused_and_nothing_is_kept(app: RunningApp, server: Server) -> None:
    number, line = server.invite()
    withdraw(server.database, number, "operator", datetime.now(UTC))
    assert "took this invitation back" in refused(ask(app, "join", {"invitation": line}), "bad_invitation")
    assert app.call("GET", "/api/together")["joined"] is False
    assert files_of(app) <= {"answered.json", "join.lock"}


def wait_for(app: RunningApp, state: str, seconds: float = 60) -> Any:
    until = time.monotonic() + seconds
    while (found := app.call("GET", "/api/together"))["state"] != state:
        assert time.monotonic() < until, found
        time.sleep(0.1)
    return found


def test_a_server_that_is_away_is_asked_again_until_it_answers(app: RunningApp, server: Server) -> None:
    joined = ask(app, "join", {"invitation": server.invite("127.0.0.1:9")[1]}).json()
    assert (joined["joined"], joined["certified"]) == (True, False)
    assert "nothing answers" in wait_for(app, "unreachable")["says"]
    ask(app, "leave", {})


def test_without_a_certificate_it_waits_for_the_operator_and_says_so(app: RunningApp, server: Server) -> None:
    key = server.folder.identities / "enrolment_key"
    drawer = key.rename(server.folder.root / "drawer")
    joined = ask(app, "join", {"invitation": server.invite()[1]}).json()
    assert (joined["joined"], joined["certified"], bool(joined["machine"])) == (True, False, True)
    assert "operator has yet to" in wait_for(app, "uncertified")["says"]

    waiting = {machine.id: machine.identity for machine in pending(server.database)}
    given = certificates(load_enrolment_key(drawer), waiting)
    take_certificates(server.database, federation_keys(server.folder).trust.enrolment_key, given, "operator")
    ask(app, "resume", {})
    assert wait_for(app, "nothing_taught")["certified"] is True
    drawer.rename(key)
    ask(app, "leave", {})


def test_with_nothing_labelled_there_is_no_next_update(app: RunningApp) -> None:
    job = ask(app, "next-update").json()
    until = time.monotonic() + 60
    while (found := app.call("GET", "/api/together")["jobs"]["next_update"])["state"] == "running":
        assert time.monotonic() < until
        time.sleep(0.1)
    assert found["id"] == job["id"]
    assert found["error"]["code"] == "usage_error"
    assert "nothing is labelled yet" in found["error"]["message"]


def test_a_smallest_sum_is_set_and_promised(app: RunningApp) -> None:
    assert app.call("GET", "/api/together")["terms"]["minimum_cohort"] == 2
    found = ask(app, "smallest-sum", {"people": 5}).json()
    assert (found["terms"]["minimum_cohort"], found["privacy"]["smallest_sum"]) == (5, 5)
    assert any("a sum over at least 5 people" in promise["text"] for promise in found["privacy"]["promises"])
    for people in (1, 129):
        assert "2 to 128 people" in refused(ask(app, "smallest-sum", {"people": people}), "usage_error")
    assert ask(app, "smallest-sum", {"people": 2}).json()["terms"]["minimum_cohort"] == 2


def test_a_privacy_budget_is_set_kept_and_taken_away(app: RunningApp) -> None:
    nothing = {"spent": 0.0, "delta": 1.0, "rounds": 0, "bare": 0}
    assert app.call("GET", "/api/together")["privacy"]["budget"] == {"most": None, "left": None, **nothing}
    assert ask(app, "budget", {"most": 4}).json()["privacy"]["budget"] == {"most": 4.0, "left": 4.0, **nothing}
    assert app.call("GET", "/api/together")["terms"]["privacy_budget"] == 4.0
    for most in (0.0, -1.0, 0.01, 1e9):
        assert "privacy budget" in refused(ask(app, "budget", {"most": most}), "usage_error")
    assert ask(app, "budget", {"most": None}).json()["privacy"]["budget"]["most"] is None
