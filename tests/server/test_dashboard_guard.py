"""Who may use the dashboard. Each test names the threat it stands against."""

import stat
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server.dashboard_rows import Seeded
from tests.server.running_dashboard import RunningDashboard, running_dashboard
from vsr_server.dashboard.access import Access
from vsr_server.dashboard.limits import WRONG_SECONDS, Bucket, WrongTokens
from vsr_server.dashboard.tickets import make_ticket
from vsr_server.dashboard.tokens import ADMIN, METRICS, token
from vsr_shared.errors import StoreError

OPEN = ["/healthz", "/readyz"]
CLOSED = ["/", "/rounds", "/js/app.js", "/api/rounds", "/api/openapi.json", "/metrics", "/nowhere"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    seeded = Seeded(tmp_path_factory.mktemp("server"))
    yield seeded
    seeded.database.close()


@pytest.fixture
def dashboard(server: Seeded) -> Iterator[RunningDashboard]:
    """Started for each test, since who called too often is remembered."""
    with running_dashboard(server) as running:
        yield running


@pytest.fixture
def script(dashboard: RunningDashboard) -> Iterator[httpx.Client]:
    with dashboard.script() as client:
        yield client


@pytest.fixture
def stranger(dashboard: RunningDashboard) -> Iterator[httpx.Client]:
    with dashboard.client() as client:
        yield client


@pytest.fixture
def browser(dashboard: RunningDashboard) -> Iterator[httpx.Client]:
    """A browser that opened a link."""
    with dashboard.client() as client:
        assert client.get(dashboard.link()).status_code == 303
        yield client


def failure(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["code"])


@pytest.mark.parametrize("path", CLOSED)
def test_nothing_without_token_or_cookie(dashboard: RunningDashboard, stranger: httpx.Client, path: str) -> None:
    """Threat: another user or program of this machine speaks to the port."""
    for how in ({}, {"Authorization": "Bearer guess"}, {"Cookie": f"vsr-admin-{dashboard.port}=guess"}):
        answer = stranger.get(path, headers=how)
        assert answer.status_code == 401 and failure(answer) == "unauthorised"


@pytest.mark.parametrize("path", OPEN)
def test_signs_of_health_need_no_token_and_hold_no_figure(stranger: httpx.Client, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code in {200, 503}
    assert not any(digit in answer.text for digit in "0123456789")


def test_the_tokens_are_their_owners_alone_and_stay(server: Seeded, script: httpx.Client) -> None:
    for name in (ADMIN, METRICS):
        path = server.folder.root / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(path.read_text().strip()) >= 43
        assert token(server.folder.root, name) == path.read_text().strip()
    assert token(server.folder.root, ADMIN) != token(server.folder.root, METRICS)


def test_a_token_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    """Threat: a backup or a copy has put the token where everybody reads it."""
    token(tmp_path, ADMIN)
    (tmp_path / ADMIN).chmod(0o644)
    with pytest.raises(StoreError, match="others can read"):
        token(tmp_path, ADMIN)


def test_a_token_cut_short_is_not_used(tmp_path: Path) -> None:
    """Threat: an empty file would be a token that everybody knows."""
    (tmp_path / ADMIN).touch(mode=0o600)
    with pytest.raises(StoreError, match="no token"):
        token(tmp_path, ADMIN)


def test_the_token_for_figures_opens_nothing_else(server: Seeded, stranger: httpx.Client) -> None:
    """Threat: whoever runs Prometheus revokes machines or rolls back models."""
    figures = {"Authorization": f"Bearer {token(server.folder.root, METRICS)}"}
    assert stranger.get("/metrics", headers=figures).status_code == 200
    for path in ("/api/rounds", "/", "/api/settings", "/metrics/", "/api/links"):
        assert stranger.get(path, headers=figures).status_code == 401


def test_a_link_opens_once(dashboard: RunningDashboard, stranger: httpx.Client) -> None:
    """Threat: someone finds the link later, in a terminal's history or a log."""
    one = dashboard.link()
    opened = stranger.get(one)
    assert opened.status_code == 303 and opened.headers["location"] == "/"
    cookie = opened.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    with dashboard.client() as thief:
        again = thief.get(one)
    assert again.status_code == 401 and "set-cookie" not in again.headers


def test_looking_at_a_link_does_not_use_it_up(dashboard: RunningDashboard, stranger: httpx.Client) -> None:
    """Threat: a chat program fetches the head of every link it sees."""
    one = dashboard.link()
    assert stranger.head(one).status_code == 401
    assert stranger.get(one).status_code == 303


def test_links_and_browsers_end() -> None:
    """Threat: a link that lay about, or a window left open, is found weeks later."""
    now = 0.0
    access = Access("a" * 43, "m" * 43, 9444, clock=lambda: now)
    late = access.new_ticket()
    now = 601.0
    assert access.redeem(late) is None
    cookie = access.redeem(access.new_ticket())
    assert cookie is not None
    headers = {"cookie": cookie.partition(";")[0]}
    assert access.browser(headers)
    now += 12 * 3600
    assert not access.browser(headers)


def test_a_link_of_another_run_or_another_token_opens_nothing() -> None:
    """Threat: a program listens on the port of a dashboard that ended, and keeps the link that comes."""
    one, other = Access("a" * 43, "m" * 43, 9444), Access("a" * 43, "m" * 43, 9444)
    assert other.redeem(one.new_ticket()) is None
    assert one.redeem(make_ticket("b" * 43, one.run, time.time())) is None
    whole = one.new_ticket()
    for wrong in ("", ".", "...", whole + "0", "0" + whole, whole[:-1], "é" + whole, whole.replace(".", ".1", 1)):
        assert one.redeem(wrong) is None
    assert one.redeem(whole) is not None


def test_a_link_from_a_chat_opens_the_pages(dashboard: RunningDashboard, stranger: httpx.Client) -> None:
    """A strict cookie is not sent along with a redirect that began on another site."""
    answer = stranger.get(dashboard.link(), headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200 and "refresh" in answer.text and "set-cookie" in answer.headers


def test_signing_out_ends_the_browsers_right(browser: httpx.Client) -> None:
    assert browser.get("/api/rounds").status_code == 200
    kept = dict(browser.cookies)
    assert browser.post("/api/sign-out").status_code == 204
    browser.cookies.update(kept)
    assert browser.get("/api/rounds").status_code == 401


@pytest.mark.parametrize("path", ["/api/rounds", "/healthz", "/metrics", "/enter"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:{port}", ""])
def test_a_name_that_points_here_is_refused(
    dashboard: RunningDashboard, script: httpx.Client, host: str, path: str
) -> None:
    """Threat: DNS rebinding. A page's own name is made to mean 127.0.0.1, and it counts as the same site."""
    answer = script.get(path, headers={"Host": host.format(port=dashboard.port)})
    assert answer.status_code == 403 and failure(answer) == "forbidden"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
def test_every_name_of_this_machine_is_its_own(dashboard: RunningDashboard, script: httpx.Client, host: str) -> None:
    assert script.get("/api/rounds", headers={"Host": f"{host}:{dashboard.port}"}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost.evil.example"]
)
def test_another_sites_post_is_refused_by_its_origin(browser: httpx.Client, origin: str) -> None:
    """Threat: cross-site request forgery by a simple POST, which no browser asks about before sending it."""
    answer = browser.post("/api/models/1/roll-back", headers={"Origin": origin, "Content-Type": "text/plain"})
    assert answer.status_code == 403 and failure(answer) == "forbidden"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_sites_request_is_refused_by_fetch_metadata(browser: httpx.Client, site: str) -> None:
    """Threat: another site, or another program's page on another port of this machine, has the browser send it."""
    answer = browser.get("/api/machines", headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403 and failure(answer) == "forbidden"


def test_the_pages_own_requests_pass(dashboard: RunningDashboard, browser: httpx.Client) -> None:
    own = {"Origin": dashboard.url, "Sec-Fetch-Site": "same-origin"}
    assert browser.patch("/api/settings", headers=own, json={"paused": False}).status_code == 200


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_too_large_is_refused(script: httpx.Client, announced: bool) -> None:
    """Threat: a body fills the memory, with its length told or in pieces."""
    body = b" " * 20_000
    content = body if announced else iter([body[:10_000], body[10_000:]])
    answer = script.post("/api/models/1/promote", content=content)
    assert answer.status_code == 413 and failure(answer) == "too_large"


def test_guessing_is_slowed_and_does_not_lock_the_operator_out(
    dashboard: RunningDashboard, script: httpx.Client, browser: httpx.Client, stranger: httpx.Client
) -> None:
    """Threat: a program of this machine tries tokens, for long, or to keep the operator out."""
    answers = [stranger.get("/api/rounds", headers={"Authorization": f"Bearer {n}"}) for n in range(12)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2
    assert failure(answers[-1]) == "too_many" and 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert script.get("/api/rounds").status_code == 429, "a token is not looked at while its sender waits"
    assert browser.get("/api/rounds").status_code == 200
    with dashboard.client(dashboard.bearer, "127.0.0.9") as elsewhere:
        assert elsewhere.get("/api/rounds").status_code == 200


def test_wrong_tokens_are_forgotten_after_a_minute() -> None:
    now = 0.0
    wrong = WrongTokens(clock=lambda: now)
    for _ in range(10):
        wrong.count("one")
    assert wrong.wait("one") == WRONG_SECONDS and wrong.wait("another") == 0
    now = WRONG_SECONDS
    assert wrong.wait("one") == 0


def test_a_script_gone_wild_is_held_back(script: httpx.Client) -> None:
    """Threat: calls in a loop take the database from the coordinator."""
    calls = (script.patch("/api/settings", json={"paused": False}) for _ in range(300))
    refused = next(answer for answer in calls if answer.status_code != 200)
    assert refused.status_code == 429 and "retry-after" in refused.headers


def test_a_flood_does_not_make_the_server_look_dead(stranger: httpx.Client) -> None:
    """Threat: strangers use up a limit, and whoever looks after processes ends a healthy server."""
    assert {stranger.get("/healthz").status_code for _ in range(300)} == {200}


def test_a_bucket_fills_again() -> None:
    now = 0.0
    bucket = Bucket(2, 3, clock=lambda: now)
    assert [bucket.wait() for _ in range(3)] == [0, 0, 0]
    assert bucket.wait() == pytest.approx(0.5)
    now = 0.5
    assert bucket.wait() == 0


def test_strict_headers_are_on_every_answer(script: httpx.Client, stranger: httpx.Client) -> None:
    """Threat: injected script, framing, sniffing, a referrer that carries the link away."""
    answers = [script.get(path) for path in ("/", "/js/app.js", "/api/rounds", "/nowhere", "/metrics")]
    for answer in [*answers, stranger.get("/"), stranger.get("/healthz")]:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "http:" not in policy and "https:" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/../app.py", "/%2e%2e/app.py", "/js/..%2f..%2fapp.py", "//etc/passwd", "/css"])
def test_no_file_but_the_pages_is_served(script: httpx.Client, path: str) -> None:
    """Threat: path traversal."""
    answer = script.get(path)
    assert answer.status_code == 404 and failure(answer) == "not_found"


def test_every_failure_has_one_shape(script: httpx.Client) -> None:
    answers = [
        script.get("/api/nowhere"),
        script.delete("/api/rounds"),
        script.get("/api/rounds?limit=0"),
        script.patch("/api/settings", content=b"{"),
        script.patch("/api/settings", json={"paused": "no"}),
        script.post("/api/machines/zz/revoke"),
        script.post("/api/machines/0123456789abcdef/revoke"),
        script.post("/api/models/99/promote", json={}),
    ]
    assert [answer.status_code for answer in answers] == [404, 405, 422, 422, 422, 422, 404, 404]
    for answer in answers:
        assert set(answer.json()) == {"error"} and set(answer.json()["error"]) == {"code", "message"}


def test_the_api_is_described(script: httpx.Client) -> None:
    described = script.get("/api/openapi.json").json()
    assert {"/api/rounds", "/api/models/{version}/roll-back", "/api/machines/{number}/revoke"} <= set(
        described["paths"]
    )


def test_a_stranger_in_a_browser_reads_what_to_do(stranger: httpx.Client) -> None:
    answer = stranger.get("/", headers={"Accept": "text/html"})
    assert answer.status_code == 401 and "vsr-server dashboard" in answer.text
