"""Who may speak to the app. Each test names the threat it stands against."""

import json
import os
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.client.running_app import RunningApp, failure, start_app, upload
from vsr_client.app.access import Access
from vsr_client.app.runtime import Options
from vsr_client.app.serve import Listening, serve
from vsr_shared.errors import UsageError


@pytest.fixture(scope="module")
def browser(app: RunningApp) -> Iterator[httpx.Client]:
    """A browser that the person let in."""
    with app.browser() as client:
        yield client


def test_the_link_opens_the_app_in_one_browser(app: RunningApp) -> None:
    with app.browser() as client:
        page = client.get("/")
        assert page.status_code == 200 and "<main" in page.text
        assert client.get("/api/state").json()["locked"] is False


def test_a_used_link_is_worth_nothing(app: RunningApp) -> None:
    """Threat: someone finds the link later, in a terminal's history, a log or a browser's."""
    link = app.new_link()
    app.browser(link).close()
    with app.stranger() as thief:
        answer = thief.get(link)
        assert answer.status_code == 401 and failure(answer) == "unauthorised"
        assert "set-cookie" not in answer.headers


def test_a_link_that_nobody_opened_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threat: a link that was never used lies about, and is found weeks later."""
    access = Access(8000, "http://127.0.0.1:8000")
    ticket = access.new_link().partition("token=")[2]
    now = time.monotonic()
    monkeypatch.setattr("vsr_client.app.access.time.monotonic", lambda: now + 3600)
    assert not access.redeem(ticket)


def test_looking_at_a_link_does_not_use_it_up(app: RunningApp) -> None:
    """Threat: a mail or chat program fetches the head of every link it sees."""
    link = app.new_link()
    with app.stranger() as previewer:
        assert previewer.head(link).status_code == 401
    app.browser(link).close()


@pytest.mark.parametrize("path", ["/", "/listen", "/js/app.js", "/api/state", "/api/recordings", "/api/openapi.json"])
def test_nothing_without_cookie_or_token(app: RunningApp, path: str) -> None:
    """Threat: another user or program of this machine speaks to the port."""
    for headers in ({}, {"Authorization": "Bearer guess"}, {"Cookie": f"vsr-{app.address.partition(':')[2]}=guess"}):
        with app.stranger() as client:
            answer = client.get(path, headers=headers)
            assert answer.status_code == 401 and failure(answer) == "unauthorised"


def test_a_stranger_in_a_browser_reads_what_to_do(app: RunningApp) -> None:
    with app.stranger() as client:
        answer = client.get("/", headers={"Accept": "text/html"})
        assert answer.status_code == 401
        assert answer.headers["content-type"].startswith("text/html") and "vsr" in answer.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:{port}", ""])
def test_a_name_that_points_here_is_refused(app: RunningApp, browser: httpx.Client, host: str) -> None:
    """Threat: DNS rebinding. A page's own name is made to mean 127.0.0.1, and it counts as the same site."""
    name = host.format(port=app.address.partition(":")[2])
    answer = browser.get("/api/state", headers={"Host": name})
    assert answer.status_code == 403 and failure(answer) == "forbidden"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
def test_every_name_of_this_machine_is_its_own(app: RunningApp, host: str) -> None:
    port = app.address.partition(":")[2]
    with app.script() as client:
        assert client.get("/api/state", headers={"Host": f"{host}:{port}"}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost.evil.example"]
)
def test_another_sites_post_is_refused_by_its_origin(browser: httpx.Client, origin: str) -> None:
    """Threat: cross-site request forgery by a simple POST, which no browser asks about before sending it."""
    headers = {"Origin": origin, "Content-Type": "text/plain"}
    answer = browser.post("/api/training", headers=headers, content=b"{}")
    assert answer.status_code == 403 and failure(answer) == "forbidden"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_another_sites_request_is_refused_by_fetch_metadata(browser: httpx.Client, site: str, method: str) -> None:
    """Threat: another site, or another program's page on another port of this machine, has the browser send it."""
    answer = browser.request(method, "/api/training", headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403 and failure(answer) == "forbidden"


def test_the_pages_own_requests_pass(app: RunningApp, browser: httpx.Client) -> None:
    own = {"Origin": app.url, "Sec-Fetch-Site": "same-origin"}
    assert browser.post("/api/links", headers=own).status_code == 200


def test_a_websocket_of_another_site_gets_nothing(app: RunningApp) -> None:
    """Threat: browsers open WebSockets across sites without asking."""
    host, _, port = app.address.partition(":")
    request = (
        f"GET /api/events HTTP/1.1\r\nHost: {app.address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Origin: https://evil.example\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(request.encode())
        assert wire.recv(64).split()[1] == b"403"


def test_strict_headers_are_on_every_answer(app: RunningApp) -> None:
    """Threat: injected script, framing, sniffing, a referrer that carries the link away."""
    with app.script() as client, app.stranger() as stranger:
        answers = [client.get(path) for path in ("/", "/js/app.js", "/api/state", "/nowhere", "/api/nowhere")]
        answers.append(stranger.get("/"))
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "http:" not in policy and "https:" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "microphone=(self)" in answer.headers["permissions-policy"]
        assert "server" not in answer.headers


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app: RunningApp) -> None:
    """Threat: injected script reads the cookie, or another site makes the browser send it."""
    link = app.new_link()
    with app.stranger() as client:
        cookie = client.get(link).headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie


def test_other_users_can_read_no_file(app: RunningApp, voices: Path) -> None:
    """Threat: another user of the same machine looks into the folder, at the token above all."""
    with app.script() as client:
        kept = upload(client, next(iter(sorted((voices / "ravdess").glob("*.flac")))))
        assert kept.status_code == 200
        for path in [app.machine.folder, *app.machine.folder.rglob("*")]:
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode & 0o077 == 0, f"{path} has mode {mode:o}"
        client.delete(f"/api/recordings/{kept.json()['id']}")
    assert json.loads((app.machine.folder / "app.json").read_text())["token"] == app.token


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this system does not tell whose a connection is")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_another_user_is_refused_even_with_the_cookie(app: RunningApp) -> None:
    """Threat: cookies know no ports, so a page on another user's port of this machine is sent this app's cookie."""
    with app.browser() as client:
        cookie = client.headers["cookie"]
        assert client.get("/api/state").status_code == 200
    host, _, port = app.address.partition(":")
    request = f"GET /api/state HTTP/1.1\\r\\nHost: {app.address}\\r\\nCookie: {cookie}\\r\\n\\r\\n"
    script = f"exec 3<>/dev/tcp/{host}/{port}; printf '{request}' >&3; head -n 1 <&3"
    command = ["/bin/bash", "-c", script]
    as_another = subprocess.run(command, capture_output=True, text=True, check=False, user=65534, cwd="/")
    as_oneself = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert (as_another.stdout.split()[1], as_oneself.stdout.split()[1]) == ("403", "200")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "", "127.0.0.1.evil.example"])  # noqa: S104
def test_nobody_outside_this_machine_is_listened_to(tmp_path: Path, host: str) -> None:
    """Threat: the network. Every address but loopback is refused before anything is bound."""
    with pytest.raises(UsageError, match="never listens"):
        serve(Options(tmp_path / "data"), Listening(host), print)
    assert not (tmp_path / "data").exists()


def test_the_ipv6_loopback_has_the_same_guard(app: RunningApp, tmp_path: Path) -> None:
    """Threat: the second loopback is forgotten: another program squats on it, or it lets everybody in."""
    if not _has_ipv6():
        pytest.skip("this machine has no ::1")
    machine = type(app.machine)(tmp_path / "data", app.machine.base)
    other = start_app(machine, "--host", "localhost")
    try:
        port = int(other.address.partition(":")[2])
        for address in ("127.0.0.1", "[::1]"):
            with httpx.Client(base_url=f"http://{address}:{port}", trust_env=False) as stranger:
                assert stranger.get("/api/state").status_code == 401
                assert stranger.get("/api/state", headers={"Host": f"evil.example:{port}"}).status_code == 403
                token = {"Authorization": f"Bearer {other.token}"}
                assert stranger.get("/api/state", headers=token).status_code == 200
    finally:
        other.stop()


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind(("::1", 0))
    except OSError:
        return False
    return True
