"""Without a keyring the pages ask for a passphrase: choosing one, opening with it, and saying where it is wrong."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import PHONE, show
from tests.browser.looking import look as look_at
from tests.browser.running_app import PASSPHRASE, RunningApp, start_app
from tests.browser.watching import Watch


@pytest.fixture(scope="module")
def app(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """An app that nobody told the passphrase."""
    running = start_app(tmp_path_factory.mktemp("locked") / "data", passphrase=None)
    yield running
    running.stop()


def test_a_passphrase_is_chosen_with_care(page: Page, look: Callable[[Page, str], None]) -> None:
    show(page, "/")
    look(page, "unlock-choose")
    first, second = page.get_by_label("Passphrase"), page.get_by_label("The same once more")
    choose = page.get_by_role("button", name="Keep my data with this")
    first.fill("short")
    choose.click()
    expect(page.get_by_role("alert")).to_contain_text("at least 8")
    first.fill(PASSPHRASE)
    second.fill(PASSPHRASE + "s")
    choose.click()
    expect(page.get_by_role("alert")).to_contain_text("not the same")
    second.fill(PASSPHRASE)
    second.press("Enter")
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_visible()


def test_later_the_passphrase_opens_and_another_does_not(browser: Browser, app: RunningApp) -> None:
    app.stop()
    again = start_app(app.folder, passphrase=None)
    try:
        with browser.new_context(viewport=PHONE, reduced_motion="reduce") as context:  # type: ignore[arg-type]
            watch = Watch(again.url)
            watch.expect("status of 403")
            watch.over(context)
            page = context.new_page()
            page.goto(again.link)
            expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")
            look_at(page, "unlock-enter")
            page.get_by_label("Passphrase").fill("not my passphrase")
            page.get_by_role("button", name="Open").click()
            expect(page.get_by_role("alert")).not_to_be_empty()
            page.get_by_label("Passphrase").fill(PASSPHRASE)
            page.get_by_role("button", name="Open").click()
            expect(page.get_by_role("button", name="Record", exact=True)).to_be_visible()
            watch.assert_quiet()
    finally:
        again.stop()
