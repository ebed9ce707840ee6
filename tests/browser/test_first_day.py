"""The first day: nothing is there yet, and the pages say so kindly."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.looking import show


def test_look_back_says_what_it_will_show(page: Page, look: Callable[[Page, str], None]) -> None:
    show(page, "/look-back")
    expect(page.get_by_role("heading", name="Nothing to look back on yet")).to_be_visible()
    look(page, "look-back-empty")
    page.get_by_role("link", name="Record something").click()
    expect(page).to_have_title("Listen · VSR")


def test_feel_better_speaks_of_no_pattern_and_still_has_something(page: Page) -> None:
    show(page, "/feel-better")
    expect(page.locator(".pattern-words")).to_contain_text("never because of a single one")
    expect(page.locator(".suggestion")).to_have_count(6)
    expect(page.get_by_role("heading", name="If it is too much right now")).to_be_visible()
