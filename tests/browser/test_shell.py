"""The shell: every page is reached, by mouse, keyboard and address; nobody comes in without the link."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.looking import PHONE, show
from tests.browser.running_app import RunningApp

PAGES = [
    ("/listen", "Listen"),
    ("/teach", "Teach"),
    ("/look-back", "Look back"),
    ("/feel-better", "Feel better"),
    ("/together", "Together"),
    ("/settings", "Settings"),
]


@pytest.mark.parametrize(("path", "label"), PAGES)
def test_every_page_is_reached_by_its_link_and_by_its_address(page: Page, path: str, label: str) -> None:
    page.goto("/")
    page.get_by_role("link", name=label, exact=True).click()
    page.wait_for_url(f"**{path}")
    expect(page.get_by_role("link", name=label, exact=True)).to_have_attribute("aria-current", "page")
    expect(page).to_have_title(f"{label} · VSR")  # until then the heading of the page before may still stand
    reached = page.get_by_role("heading", level=1).inner_text()
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_have_text(reached)


def test_back_and_forward_go_where_one_was(page: Page) -> None:
    page.goto("/listen")
    page.get_by_role("link", name="Teach", exact=True).click()
    page.get_by_role("link", name="Settings", exact=True).click()
    page.wait_for_url("**/settings")
    page.go_back()
    expect(page).to_have_title("Teach · VSR")
    page.go_back()
    expect(page).to_have_title("Listen · VSR")
    page.go_forward()
    expect(page).to_have_title("Teach · VSR")


def test_the_keyboard_reaches_the_page_past_the_navigation(page: Page) -> None:
    show(page, "/teach")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_phone_has_its_navigation_at_the_thumb(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto("/listen")
    box = page.get_by_role("navigation", name="Pages").bounding_box()
    assert box and box["y"] + box["height"] >= PHONE["height"] - 1


def test_without_the_link_nobody_comes_in(browser: Browser, app: RunningApp) -> None:
    with browser.new_context() as stranger:
        page = stranger.new_page()
        answer = page.goto(app.url + "/listen")
        assert answer and answer.status == 401
        expect(page.locator("body")).to_contain_text("vsr")


def test_a_link_opens_once(browser: Browser, app: RunningApp, signed_in: object) -> None:
    with browser.new_context() as thief:
        page = thief.new_page()
        answer = page.goto(app.link)
        assert answer and answer.status == 401


def test_another_start_prints_another_link(browser: Browser, app: RunningApp) -> None:
    with browser.new_context() as window:
        page = window.new_page()
        page.goto(app.new_link())
        expect(page.get_by_role("link", name="Teach", exact=True)).to_be_visible()


@pytest.mark.parametrize(("path", "label"), PAGES)
def test_an_empty_app_is_readable_on_every_page(
    page: Page, look: Callable[[Page, str], None], path: str, label: str
) -> None:
    show(page, path)
    look(page, f"empty{path.replace('/', '-')}")


def test_many_windows_at_once_all_answer(context: BrowserContext) -> None:
    windows = [context.new_page() for _ in range(8)]
    for window in windows:
        show(window, "/teach")
    for window in windows:
        window.get_by_role("link", name="Listen", exact=True).click()
        expect(window).to_have_title("Listen · VSR")
