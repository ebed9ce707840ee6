"""The operator's dashboard in real Chromium, on a server with months of rounds and on one that has just begun."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import PHONE, show
from tests.browser.watching import Watch
from tests.server.dashboard_rows import Seeded, months_of_rounds
from tests.server.running_dashboard import RunningDashboard, running_dashboard
from vsr_server.audit.seal import key_path
from vsr_server.database.tables import AuditEntry, Round

Look = Callable[[Page, str], None]
PAGES = [
    ("rounds", "Rounds"),
    ("models", "Models"),
    ("people", "People"),
    ("privacy", "Privacy spent"),
    ("events", "Errors and events"),
    ("audit", "Audit log"),
    ("settings", "Settings"),
]


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDashboard]:
    server = months_of_rounds(tmp_path_factory.mktemp("months"))
    with running_dashboard(server) as running:
        yield running
    server.database.close()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDashboard]:
    server = Seeded(tmp_path_factory.mktemp("fresh"))
    with running_dashboard(server) as running:
        yield running
    server.database.close()


def entered(browser: Browser, dashboard: RunningDashboard) -> Iterator[Page]:
    watch = Watch(dashboard.url)
    with browser.new_context(base_url=dashboard.url, reduced_motion="reduce", locale="en-GB") as context:
        watch.over(context)
        page = context.new_page()
        show(page, dashboard.link())
        yield page
    watch.assert_quiet()


@pytest.fixture
def page(browser: Browser, dashboard: RunningDashboard) -> Iterator[Page]:
    """A window that was let in; afterwards the test fails where a page complained or spoke to somebody else."""
    yield from entered(browser, dashboard)


@pytest.fixture
def fresh_page(browser: Browser, fresh: RunningDashboard) -> Iterator[Page]:
    yield from entered(browser, fresh)


def test_every_page_is_readable_for_everybody(page: Page, look: Look) -> None:
    for name, title in PAGES:
        page.locator(f'[data-page="{name}"]').click()
        page.wait_for_selector(f'main[data-shown="{name}"]')
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        look(page, f"dashboard-{name}")


def test_a_server_that_has_just_begun_is_readable_too(fresh_page: Page, look: Look) -> None:
    for name, _ in [*PAGES, PAGES[0]]:
        show(fresh_page, f"/{name}")
    look(fresh_page, "dashboard-fresh")


def test_the_keyboard_reaches_every_page(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    show(page, "/rounds")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Models")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_a_round_is_seen_as_it_goes(page: Page, dashboard: RunningDashboard, look: Look) -> None:
    server = dashboard.server
    show(page, "/rounds")
    expect(page.get_by_text("Waiting for enough machines")).to_be_visible()
    server.round(40, 0, 7, {}, "open")
    step = page.locator("[aria-current=step]")
    expect(step).to_have_text("First exchange")
    expect(page.get_by_role("row", name=re.compile("^40 "))).to_contain_text("running")
    server.event("shares_asked", "round 40: 7 machines are asked to uncover the sum's masks", minutes_ago=-1)
    expect(step).to_have_text("Second exchange")
    look(page, "dashboard-rounds-open")
    with server.database.session() as session:
        row = session.get(Round, 40)
        assert row is not None
        session.delete(row)


def test_rolling_back_says_what_happens_and_does_it(page: Page, dashboard: RunningDashboard, look: Look) -> None:
    show(page, "/models")
    before = dashboard.server.registry.current().version
    row = page.get_by_role("row", name=re.compile("^5 "))
    row.get_by_role("button", name="Roll back to version 5").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("machines refuse older numbers")
    look(page, "dashboard-roll-back")
    dialog.get_by_role("button", name="Not now").click()
    assert dashboard.server.registry.current().version == before
    row.get_by_role("button", name="Roll back to version 5").click()
    dialog.get_by_label("Reason").fill("a speaker's recordings were wrong")
    dialog.get_by_role("button", name="Roll back", exact=True).click()
    expect(page.get_by_role("row", name=re.compile(f"^{before + 1} "))).to_contain_text("current")
    assert dashboard.server.registry.current().version == before + 1
    show(page, "/audit")
    expect(page.get_by_role("row", name=re.compile("model rollback"))).to_contain_text(
        "a speaker's recordings were wrong"
    )


def test_an_invitation_is_made_shown_once_and_withdrawn(page: Page, look: Look) -> None:
    show(page, "/people")
    page.get_by_label("What to call the machine").fill("lena <b>")
    page.get_by_role("button", name="Make an invitation").click()
    line = page.get_by_role("group", name="The invitation")
    expect(line).to_contain_text("vsr-invitation:2:")
    look(page, "dashboard-invitation")
    row = page.get_by_role("table", name=re.compile("nvitations")).get_by_role("row", name=re.compile("lena <b>"))
    # Unfolded before: the list is drawn again once the server has answered, and must not fold up then.
    page.get_by_text(re.compile("^Used, expired and withdrawn")).click()
    row.get_by_role("button", name="Withdraw").click()
    expect(row).to_contain_text("withdrawn")
    show(page, "/people")
    expect(line).to_have_count(0)


def test_revoking_asks_first(page: Page, dashboard: RunningDashboard) -> None:
    show(page, "/people")
    row = page.get_by_role("table", name="Machines").get_by_role("row", name=re.compile("^anna "))
    row.get_by_role("button", name="Revoke").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("cannot be taken back")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    row.get_by_role("button", name="Revoke").click()
    dialog.get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("revoked")


def test_pausing_and_going_on(page: Page) -> None:
    show(page, "/settings")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused. No new round begins.")).to_be_visible()
    show(page, "/rounds")
    expect(page.get_by_text("Paused: no new round begins")).to_be_visible()
    show(page, "/settings")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Rounds are running.")).to_be_visible()


def test_tampering_with_the_log_is_seen(fresh_page: Page, fresh: RunningDashboard) -> None:
    server = fresh.server
    server.invite("one")
    assert key_path(server.folder.root).exists()
    show(fresh_page, "/audit")
    expect(fresh_page.get_by_role("heading", name="The log is whole")).to_be_visible()
    with server.database.session() as session:
        row = session.get(AuditEntry, 1)
        assert row is not None
        row.details = {"invitation": "somebody else's"}
        session.add(row)
    show(fresh_page, "/audit")
    expect(fresh_page.get_by_role("heading", name="The log was tampered with")).to_be_visible()


def test_a_window_that_is_no_longer_let_in_says_so(browser: Browser, dashboard: RunningDashboard) -> None:
    with browser.new_context(base_url=dashboard.url) as context:
        page = context.new_page()
        show(page, dashboard.link())
        show(page, "/settings")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("This window is not signed in any more")
        answer = page.goto("/rounds")
        assert answer is not None and answer.status == 401
