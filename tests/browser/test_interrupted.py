"""A power cut in the middle of a sentence: what was said until then is offered at the next start."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.looking import wait_for_half_seconds
from tests.browser.running_app import start_app


def test_what_was_said_until_the_power_went_is_kept(browser: Browser, tmp_path: Path) -> None:
    app = start_app(tmp_path / "data")
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(app.link)
        page.get_by_role("button", name="Record", exact=True).click()
        wait_for_half_seconds(page, 4)
        app.kill()
    again = start_app(app.folder)
    try:
        with browser.new_context(reduced_motion="reduce") as context:
            page = context.new_page()
            page.goto(again.link)
            page.get_by_text("was interrupted").wait_for()
            page.get_by_role("button", name="Keep it").click()
            expect(page.locator(".result .verdict")).to_be_visible()
        kept = again.call("GET", "/api/recordings")["items"]
        assert len(kept) == 1
        assert kept[0]["seconds"] > 1.9
        assert again.call("GET", "/api/state")["unfinished"] == []
    finally:
        again.stop()
